"""Both engines on the same way through a form, step by step, and where they differ."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from pop.surveys.forms.loading import Form
from tests.surveys.peer.odk import Odk
from tests.surveys.peer.ours import Ours
from tests.surveys.peer.seen import Difference, Node, Seen, Step, masked, shape
from tests.surveys.peer.walks import Walk

# A Sunday afternoon: days, weeks and years are counted from here in both engines.
NOW = dt.datetime(2026, 11, 22, 15, 4, 5, tzinfo=dt.UTC)
LEAVES = {"input", "select", "rank", "range", "trigger", "upload", "note", "model-value"}
FAULTS = {"required", "constraint"}
ASKED = LEAVES - {"model-value"}


@dataclass
class Compared:
    """What a run has looked at."""

    paths: int = 0
    steps: int = 0
    values: int = 0


def of_node(ref: str, ours: Node | None, theirs: Node | None) -> Iterator[Difference]:
    """Say how one node differs; what is not relevant is compared in nothing else."""
    if ours is None or theirs is None:
        shown = (ours or theirs) and (ours or theirs).relevant  # type: ignore[union-attr]
        if shown:
            yield Difference(ref, "is there", ours is not None, theirs is not None)
        return
    if ours.relevant != theirs.relevant:
        yield Difference(ref, "relevant", ours.relevant, theirs.relevant)
        return
    if not theirs.relevant:
        return
    if ours.count != theirs.count:
        yield Difference(ref, "instances", ours.count, theirs.count)
    if theirs.kind not in LEAVES:
        return
    if masked(ours.value or "") != masked(theirs.value or ""):
        yield Difference(ref, "value", ours.value, theirs.value)
    pairs: list[tuple[str, object, object]] = [("required", ours.required, theirs.required)]
    # Of what is not in the form of its kind, ODK's engine keeps nothing and says nothing.
    if ours.fault is None or ours.fault in FAULTS:
        pairs.append(("fault", ours.fault, theirs.fault))
    if theirs.kind in ASKED:
        # The form compiler puts a blank around a label with an answer in it.
        pairs.append(("label", ours.label, theirs.label and theirs.label.strip()))
        pairs.append(("readonly", ours.readonly, theirs.readonly))
    if theirs.message is not None and ours.fault == theirs.fault:
        pairs.append(("message", ours.message, theirs.message))
    if theirs.choices is not None:
        pairs.append(("choices", ours.choices, theirs.choices))
    for what, one, other in pairs:
        if one != other:
            yield Difference(ref, what, one, other)


def of_moment(ours: Seen, theirs: Seen) -> list[Difference]:
    """Say how two engines differ in what they show."""
    refs = [*theirs.nodes, *(ref for ref in ours.nodes if ref not in theirs.nodes)]
    return [each for ref in refs for each in of_node(ref, ours.nodes.get(ref), theirs.nodes.get(ref))]


def of_submissions(ours: bytes, theirs: bytes) -> list[Difference]:
    """Say how two submissions differ, as lines that one has and the other has not."""
    one, other = shape(ours), shape(theirs)
    if one == other:
        return []
    lines = list(difflib.unified_diff(other.splitlines(), one.splitlines(), "ODK's", "ours", lineterm="", n=1))
    return [Difference("submission", "XML", "\n".join(lines), "")]


def walked(form: Form, name: str, odk: Odk, seed: str, compared: Compared, theirs: bytes = b"") -> list[Difference]:
    """Walk one way with both; return the differences of the first moment that has any.

    `theirs` is the XForm that ODK's engine gets when it shall be another one.
    """
    xform = theirs or form.xml
    odk.begin(name, xform, NOW)
    ours = Ours(form, NOW)
    walk = Walk(xform, NOW, seed)
    steps: list[Step] = []
    compared.paths += 1
    for _ in range(walk.length() + 1):
        compared.values += sum(node.kind in LEAVES and node.relevant for node in odk.seen.nodes.values())
        found = of_moment(ours.seen(), odk.seen)
        if found:
            return [Difference(each.ref, each.what, each.ours, each.theirs, tuple(steps)) for each in found]
        step = walk.next(odk.seen)
        if step is None:
            break
        steps.append(step)
        odk.take(step)
        ours.take(step)
        compared.steps += 1
    found = of_submissions(ours.submission(), odk.submission())
    return [Difference(each.ref, each.what, each.ours, each.theirs, tuple(steps)) for each in found]
