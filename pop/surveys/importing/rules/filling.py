"""From one row, with the rows that belong to it, to what an ODK client would have sent of the same answers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from pop.surveys.forms.answering import Answering, NoSuchPathError, ReadOnlyError, UnreadableAnswersError
from pop.surveys.forms.definition import Form, Group, Item, Question, Repeat
from pop.surveys.forms.settling import MOST_ROWS
from pop.surveys.forms.xpath.dates import stamp_text
from pop.surveys.importing.rules.mapping import ColumnMapping
from pop.surveys.importing.rules.planning import Given, Late, Plan, Rows
from pop.surveys.importing.rules.problems import Problem
from pop.surveys.importing.rules.values import ANSWERABLE, ValueMistakeError, Values

MOST_FAULTS: Final = 200
LARGEST_XML: Final = 1_048_576


@dataclass(frozen=True)
class Filled:
    """What became of a row: the XML of a submission and what the form's own rules find wrong with it ([{"path",
    "code"}], for the reviewer), or the problems for which it stays behind, and then `xml` is empty.
    """

    xml: bytes = field(repr=False)
    faults: Sequence[Mapping[str, str]]
    problems: Sequence[Problem]


@dataclass(frozen=True)
class Moments:
    """When somebody began and sent the answers, as far as the file says."""

    begun: datetime | None
    sent: datetime | None


class Filling:
    """Fills one form with the rows of one file."""

    def __init__(self, form: Form, mapping: ColumnMapping) -> None:
        """`mapping` has passed both checks (rules/checking.py)."""
        self._form = form
        self._mapping = mapping
        values = Values(mapping, form.languages)
        self.plan = Plan(form, mapping, values)
        self._constants: dict[str, str] = {}
        for constant in mapping.constants:
            question = form.by_path[constant.to]
            if isinstance(question, Question):
                self._constants[constant.to] = values.read(question, constant.value, {}, "")

    def fill(self, rows: Rows, *, instance_id: str, moments: Moments, now: datetime) -> Filled:
        """Fill the form with one submission's rows. `now` stands for moments that the file does not tell.

        The same rows give the same XML: what a form draws by chance is drawn from the submission's own id.
        """
        problems: list[Problem] = []
        given: list[tuple[str, Given]] = []
        late: list[Late] = []
        draft = self._draft(rows, moments, problems, given, late)
        if problems:
            return Filled(b"", (), problems)
        at = moments.sent or moments.begun or now
        try:
            answering = Answering.resume(self._form, draft, now=at, chance=random.Random(instance_id))
        except UnreadableAnswersError:
            return Filled(b"", (), [Problem("answers_too_large", rows.table.shown, rows.row.number)])
        given += self._add_late(answering, late, problems)
        self._compare(answering, given, problems)
        self._count(answering, rows, f"/{self._form.root.name}", problems)
        if problems:
            return Filled(b"", (), problems)
        faults = [{"path": fault.path, "code": fault.code} for fault in answering.faults()[:MOST_FAULTS]]
        xml = answering.submission_xml(instance_id=instance_id, now=at)
        if len(xml) > LARGEST_XML:
            return Filled(b"", (), [Problem("answers_too_large", rows.table.shown, rows.row.number)])
        return Filled(xml, faults, ())

    def _draft(
        self,
        rows: Rows,
        moments: Moments,
        problems: list[Problem],
        given: list[tuple[str, Given]],
        late: list[Late],
    ) -> bytes:
        """Return the answers as a draft to go on with. What the file does not answer is blank, not the form's default:
        nobody gave that answer.
        """
        kept = {"start": moments.begun, "end": moments.sent, "today": moments.begun or moments.sent}
        lines: list[str] = []

        def write(item: Item, path: str, answers: Mapping[str, Given], own: Rows) -> None:
            if isinstance(item, Question):
                text = ""
                found = answers.get(item.path)
                if found is not None:
                    text = found.value
                    given.append((path, found))
                elif own is rows and item.path in self._constants:
                    text = self._constants[item.path]
                elif item.kind in kept:
                    moment = kept[item.kind]
                    text = "" if moment is None else _stamp(item.kind, moment)
                elif item.kind not in ANSWERABLE or item.kind == "hidden":
                    return
                lines.append(f"<{item.name}>{escape(text)}</{item.name}>" if text else f"<{item.name}/>")
                return
            identity = ""
            if item is self._form.root:
                identity = f' id="{escape(self._form.id, _QUOTED)}" version="{escape(self._form.version, _QUOTED)}"'
            lines.append(f"<{item.name}{identity}>")
            inside(item, path, answers, own)
            lines.append(f"</{item.name}>")

        def inside(item: Group | Repeat, path: str, answers: Mapping[str, Given], own: Rows) -> None:
            for child in item.children:
                below = f"{path}/{child.name}"
                if not isinstance(child, Repeat):
                    write(child, below, answers, own)
                elif child.path in self.plan.tables:
                    for number, row in enumerate(own.inside.get(child.path, ()), 1):
                        write(child, f"{below}[{number}]", self.plan.answers(row, problems, late), row)
                else:
                    flat = self.plan.flat(child, answers)
                    for number, found in enumerate(flat, 1):
                        write(child, f"{below}[{number}]", found, own)

        answers = self.plan.answers(rows, problems, late)
        write(self._form.root, f"/{self._form.root.name}", answers, rows)
        return "".join(lines).encode()

    def _add_late(self, answering: Answering, late: Sequence[Late], problems: list[Problem]) -> list[tuple[str, Given]]:
        """Give the answers that belong into rows which the form itself made; return them with their paths."""
        added: list[tuple[str, Given]] = []
        for each in late:
            path = self._row_path(answering, each)
            if path is None:
                problems.append(each.given.problem("no_such_row"))
            else:
                added.append((path, each.given))
        try:
            answering.set_all({path: given.value for path, given in added})
        except (NoSuchPathError, ReadOnlyError):
            problems += [given.problem("no_such_row") for _, given in added[:1]]
            return []
        return added

    def _row_path(self, answering: Answering, late: Late) -> str | None:
        """Return the path of a question with the places of rows that were named by number or by what stands in them."""
        path, plain = "", ""
        for step in late.question.path.split("/")[1:]:
            path, plain = f"{path}/{step}", f"{plain}/{step}"
            if plain not in late.rows:
                continue
            repeat, wanted = self._form.by_path[plain], late.rows[plain]
            count = answering.count(path)
            if wanted.isascii() and wanted.isdigit():
                number = int(wanted) if 1 <= int(wanted) <= count else 0
            else:
                number = next((n for n in range(1, count + 1) if _says(answering, repeat, f"{path}[{n}]", wanted)), 0)
            if not number:
                return None
            path = f"{path}[{number}]"
        return path

    def _compare(self, answering: Answering, given: Sequence[tuple[str, Given]], problems: list[Problem]) -> None:
        """Find what the file answers and the form would not keep."""
        every = answering.all_seen()
        for path, each in given:
            if not each.value:
                continue
            if path not in every:
                problems.append(each.problem("no_such_row"))
                continue
            seen = every[path]
            if seen is None:
                if self._mapping.unasked == "refuse":
                    problems.append(each.problem("not_asked"))
            elif seen == "" or (each.question.choices is not None and seen != each.value):
                off = each.question.choices is None and each.question.kind == "range"
                problems.append(each.problem("off_scale" if off else "not_offered"))

    def _count(self, answering: Answering, rows: Rows, path: str, problems: list[Problem]) -> None:
        """Find repeats that have other rows in the form than in the file."""
        for repeat, inside in rows.inside.items():
            steps = repeat.split("/")[path.count("/") + 1 :]
            self._compare_count(answering, "/".join([path, *steps]), inside, rows, problems)

    def _compare_count(
        self, answering: Answering, path: str, inside: Sequence[Rows], rows: Rows, problems: list[Problem]
    ) -> None:
        try:
            count = answering.count(path)
        except NoSuchPathError:
            count = 0
        if count != len(inside) or len(inside) > MOST_ROWS:
            code = "too_many_rows_inside" if len(inside) > MOST_ROWS else "rows_differ"
            problems.append(Problem(code, rows.table.shown, rows.row.number, name=path))
            return
        for number, row in enumerate(inside, 1):
            self._count(answering, row, f"{path}[{number}]", problems)


_QUOTED: Final = {'"': "&quot;"}


def _stamp(kind: str, moment: datetime) -> str:
    return moment.date().isoformat() if kind == "today" else stamp_text(moment)


def _says(answering: Answering, repeat: Item | None, path: str, wanted: str) -> bool:
    """Whether an answer directly in a row says what was wanted."""
    children = repeat.children if isinstance(repeat, Repeat) else ()
    return any(answering.seen(f"{path}/{child.name}") == wanted for child in children if isinstance(child, Question))


__all__ = ["Filled", "Filling", "Moments", "ValueMistakeError"]
