"""ODK's own form engine in a process of its own."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from tests.surveys.peer.seen import Node, Seen, Step


def _tool() -> ModuleType:
    # tools/ is no package: its files are programs.
    place = Path(__file__).parents[3] / "tools" / "peer_engine.py"
    spec = importlib.util.spec_from_file_location("peer_engine", place)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


_TOOL = _tool()
INSTALLED = bool(_TOOL.ready())


class RefusedError(Exception):
    """ODK's engine does not load this form, or does not do this step; the text is its own."""


class Odk:
    """One process for many forms; a context manager. What it shows is in `seen` and stays current."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            _TOOL.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._loaded: set[str] = set()
        self.seen = Seen()

    def __enter__(self) -> Odk:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _ask(self, **asked: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RefusedError(f"the process ended with {self._process.wait(20)}")
        answer: dict[str, Any] = json.loads(line)
        why = answer.get("refused") or answer.get("error")
        if why is not None:
            raise RefusedError(why)
        return answer

    def begin(self, name: str, xform: bytes, now: dt.datetime) -> None:
        """Begin to answer a form; it is loaded once for all paths over it.

        Raises:
            RefusedError: the engine does not load it.
        """
        if name not in self._loaded:
            self._ask(do="form", id=name, xml=xform.decode())
            self._loaded.add(name)
        self.seen = Seen()
        self._take(self._ask(do="begin", id=name, now=int(now.timestamp() * 1000)))

    def take(self, step: Step) -> None:
        """Do one step.

        Raises:
            RefusedError: the engine refuses it.
        """
        if step.do == "reopen":
            return
        if step.do == "language":
            self._take(self._ask(do="language", name=step.value))
        else:
            self._take(self._ask(do=step.do, ref=step.ref, value=step.value, index=step.index))

    def submission(self) -> bytes:
        """Return what it would send."""
        xml: str = self._ask(do="submission")["xml"]
        return xml.encode()

    def _take(self, answer: dict[str, Any]) -> None:
        self.seen.language = answer["language"]
        self.seen.languages = tuple(answer["languages"])
        for ref in answer["gone"]:
            del self.seen.nodes[ref]
        for ref, node in answer["changed"].items():
            choices = node.get("choices")
            self.seen.nodes[ref] = Node(
                kind=node["kind"],
                relevant=node["relevant"],
                label=node["label"],
                readonly=node["readonly"],
                required=node["required"],
                value=node.get("value"),
                fault=node.get("fault"),
                choices=None if choices is None else tuple((value, label) for value, label in choices),
                count=node.get("count"),
                type=node.get("type"),
                many=node.get("many", False),
                message=node.get("message"),
                bounds=tuple(node["bounds"]) if node.get("bounds") else None,
            )
