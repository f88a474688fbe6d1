"""From a page of a form to what a template shows: fields, groups, rows of repeats, in the order of the form."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from pop.places.countries import country_name, middles
from pop.places.words import Speaker
from pop.surveys.collecting.actions.draft_pictures import MOST_BYTES as MOST_PICTURE_BYTES
from pop.surveys.forms.answering import Answering, Fault, Page
from pop.surveys.forms.definition import Form, Group, Item, Question, Repeat
from pop.surveys.forms.settling import MOST_ROWS

FEW_RADIOS = 12
"""So many choices stand below each other; more of them are a list that unfolds."""
MANY_BOXES = 16
"""More boxes than these scroll in a frame of their own."""
SEARCHED = 30
"""With more choices than these, a question with the appearance `autocomplete` is answered by writing."""
MOST_STEPS = 11
MOST_MEGABYTES = MOST_PICTURE_BYTES // 1_000_000
LONGEST = {"text": 1_000, "area": 8_000}
_CONTROLS = {"date": "date", "time": "time", "datetime": "datetime-local"}


@dataclass(frozen=True)
class Option:
    """One choice as it is offered."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One question as it is shown. `control` names its template; `path` is the name under which it is posted.

    `live` says that other things on the form depend on it; `sign` changes when what is shown around the answer does;
    `picture` is the address of the picture that answers it.
    """

    path: str
    id: str
    control: str
    label: str
    hint: str = ""
    guidance: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()
    near: tuple[Option, ...] = ()
    required: bool = False
    error: str = ""
    live: bool = False
    new: bool = False
    format: str = ""
    rows: int = 4
    longest: int = 0
    sign: str = ""
    picture: str = ""

    @property
    def described(self) -> str:
        """The ids of what describes the field, for assistive technology."""
        parts = {"hint": self.hint or self.format, "more": self.guidance, "error": self.error}
        return " ".join(f"{self.id}-{name}" for name, text in parts.items() if text)

    @property
    def several(self) -> bool:
        """Whether it is a set of controls under one legend."""
        return self.control in ("radios", "boxes", "tick")

    @property
    def scrolls(self) -> bool:
        """Whether its boxes stand in a frame that scrolls."""
        return len(self.options) > MANY_BOXES


@dataclass
class Section:
    """A group, or one row of a repeat (`row` is its number and `repeat` the repeat's path), with what stands in it."""

    path: str
    label: str
    level: int
    parts: list[Part] = field(default_factory=list)
    row: int = 0
    repeat: str = ""
    name: str = ""


@dataclass(frozen=True)
class Adder:
    """Where one more row of a repeat is added; `count` are there, and `full` says that no more may be."""

    path: str
    id: str
    label: str
    count: int
    full: bool = False


Part = Field | Section | Adder


def anchor(path: str) -> str:
    """Return a field's id in its page."""
    return f"q{zlib.crc32(path.encode()):08x}"


def picture_root(form_id: str) -> str:
    """Return the address below which a form's pictures are taken and shown."""
    return f"/survey-pictures/{form_id}"


def bare(path: str) -> str:
    """Return a path without places of repeats."""
    return "/".join(step.partition("[")[0] for step in path.split("/"))


def title_of(answering: Answering, page: Page) -> str:
    """Return what a page is called: its group's or repeat's label, "" for loose questions."""
    item = answering.form.by_path[bare(page.path)]
    if isinstance(item, Question):
        return ""
    if isinstance(item, Repeat) and not page.places:
        return _own_text(item, answering)
    return answering.label(page.places[0].path if isinstance(item, Repeat) else page.path)


def _own_text(item: Item, answering: Answering) -> str:
    """Return the label of an item that has no row yet, where nothing in it depends on answers."""
    return (item.label.constant(answering.language) if item.label else None) or ""


def parts_of(
    answering: Answering,
    page: Page,
    say: Speaker,
    *,
    faults: Mapping[str, Fault],
    new: frozenset[str] = frozenset(),
) -> list[Part]:
    """Return what a page shows. `faults` by path are told beside their fields; `new` paths have just come up."""
    top: list[Part] = []
    open_sections: list[Section] = []
    live = _live(answering.form)
    unwrapped = bool(page.places) and page.places[0].path == page.path and isinstance(page.places[0].item, Group)
    for place in page.places[1:] if unwrapped else page.places:
        depth = place.depth - unwrapped
        del open_sections[depth:]
        holder = open_sections[-1].parts if open_sections else top
        if isinstance(place.item, Question):
            shown = field_of(answering, place.path, place.item, say, fault=faults.get(place.path))
            holder.append(replace(shown, live=place.item.path in live, new=place.path in new))
            continue
        section = Section(place.path, answering.label(place.path), min(depth + 2, 4))
        if isinstance(place.item, Repeat):
            _number(section, place.item, say)
        holder.append(section)
        open_sections.append(section)
    for path, repeat in page.repeats:
        if repeat.count is None:
            _put_adder(top, path, repeat, answering)
    return top


def _number(section: Section, repeat: Repeat, say: Speaker) -> None:
    path, _, number = section.path.rpartition("[")
    section.row = int(number.rstrip("]"))
    section.repeat = path if repeat.count is None else ""
    section.name = section.label or say["row_plain"]
    section.label = say("row", label=section.name, number=section.row)


def _put_adder(top: list[Part], path: str, repeat: Repeat, answering: Answering) -> None:
    """Put a button behind the last row of a repeat; without rows, where the first would stand."""
    parent = path.rpartition("/")[0]
    holder = next((each.parts for each in _sections(top) if each.path == parent), top)
    rows = [at for at, each in enumerate(holder) if isinstance(each, Section) and each.path.startswith(f"{path}[")]
    label = _own_text(repeat, answering)
    if rows:
        at = rows[-1] + 1
    else:
        order = {each: number for number, each in enumerate(answering.form.by_path)}
        own = order[repeat.path]
        later = [at for at, each in enumerate(holder) if order.get(bare(each.path), 0) > own]
        at = later[0] if later else len(holder)
    count = answering.count(path)
    holder.insert(at, Adder(path, anchor(path), label, count, full=count >= MOST_ROWS))


def _sections(parts: Sequence[Part]) -> Iterator[Section]:
    for each in parts:
        if isinstance(each, Section):
            yield each
            yield from _sections(each.parts)


def fields_in(parts: Sequence[Part]) -> Iterator[Field]:
    """Yield the fields of a page in their order."""
    for each in parts:
        if isinstance(each, Field):
            yield each
        elif isinstance(each, Section):
            yield from fields_in(each.parts)


def field_of(answering: Answering, path: str, item: Question, say: Speaker, *, fault: Fault | None = None) -> Field:
    """Return one question as it is shown."""
    value = answering.value(path)
    offered = [(choice.name, label) for choice, label in answering.choices(path)]
    control = _control(item, len(offered))
    readonly = item.kind != "note" and answering.readonly(path)
    shown = Field(
        path=path,
        id=anchor(path),
        control="shown" if readonly else control,
        label=answering.label(path),
        hint=answering.hint(path),
        guidance=answering.guidance(path),
        value=value,
        required=item.kind != "note" and answering.required(path),
        error=error_of(fault, say) if fault else "",
        rows=_rows(item),
        longest=LONGEST.get(control, 100),
    )
    if item.kind == "image" and value and fault is None:
        shown = replace(shown, picture=f"{picture_root(answering.form.id)}/{shown.id}/file")
    return _filled(shown, item, offered, say)


def _control(item: Question, offered: int) -> str:
    if item.kind == "select_one":
        if "autocomplete" in item.appearance and offered > SEARCHED:
            return "search"
        return "select" if "minimal" in item.appearance or offered > FEW_RADIOS else "radios"
    if item.kind == "range":
        return "radios" if _steps(item) else "number"
    if item.kind == "text":
        return "area" if "multiline" in item.appearance or "rows" in item.parameters else "text"
    return {
        "select_multiple": "boxes",
        "acknowledge": "tick",
        "integer": "number",
        "decimal": "number",
        "geopoint": "place",
        "image": "picture",
        "note": "note",
    }.get(item.kind, item.kind)


def _filled(shown: Field, item: Question, offered: Sequence[tuple[str, str]], say: Speaker) -> Field:
    """Return a field with its options, and with what its kind says of how to write it."""
    change: dict[str, Any] = {}
    if shown.control == "search":
        names = dict(offered)
        change["value"] = names.get(shown.value, shown.value)
        change["format"] = say["search_hint"]
        change["options"] = tuple(Option(name, label, name == shown.value) for name, label in offered)
        if shown.error and shown.value:
            change["near"] = tuple(Option(name, label, False) for name, label in nearest(shown.value, offered))
    elif item.choices is not None:
        chosen = set(shown.value.split()) if item.kind == "select_multiple" else {shown.value.strip()}
        change["options"] = tuple(Option(name, label, name in chosen) for name, label in offered)
    elif item.kind == "range":
        low, high = item.parameters.get("start", "1"), item.parameters.get("end", "10")
        change["format"] = say("hint_range", start=low, end=high)
        change["options"] = tuple(Option(step, step, step == shown.value) for step in _steps(item))
    elif item.kind == "geopoint":
        change["format"] = say["hint_point"]
        change["options"] = tuple(_places(shown.value, say.language))
    elif item.kind == "image":
        change["format"] = say("hint_picture", most=MOST_MEGABYTES)
    if item.kind in ("time", "datetime"):
        change["value"] = _without_seconds(shown.value)
    filled = replace(shown, **change)
    around = (filled.control, filled.label, filled.hint, filled.required, [(o.value, o.label) for o in filled.options])
    return replace(filled, sign=f"{zlib.crc32(repr(around).encode('utf-8', 'replace')):x}")


def error_of(fault: Fault, say: Speaker) -> str:
    """Return what is said of a fault: the form's own words where it has some."""
    return fault.message or say[f"wrong_{fault.code}"]


def nearest(written: str, offered: Sequence[tuple[str, str]], most: int = 5) -> list[tuple[str, str]]:
    """Return the choices whose labels begin with, or hold, what somebody wrote."""
    folded = written.casefold().strip()
    begins = [each for each in offered if each[1].casefold().startswith(folded)]
    holds = [each for each in offered if folded in each[1].casefold() and each not in begins]
    # Three letters are often enough of a name that was misspelt.
    likely = [each for each in offered if each[1].casefold()[:3] == folded[:3]] if not begins and not holds else []
    return [*begins, *holds, *likely][:most] if folded else []


def place_name(value: str, language: str) -> str:
    """Return the country in whose middle a point lies, else the point as it was written."""
    return next((name for name, at in _middles(language) if at == _point(value)), value)


def _places(value: str, language: str) -> Iterator[Option]:
    """Yield the countries; a point that came from elsewhere, as from a telephone, stays what it is."""
    every, point = _middles(language), _point(value)
    if value and point not in {at for _, at in every}:
        yield Option(value, value, True)
    for name, at in every:
        yield Option(value if at == point else f"{at[0]} {at[1]}", name, at == point)


def _point(value: str) -> tuple[float, float] | None:
    """Return (latitude, longitude) of an answer, or None."""
    try:
        latitude, longitude = map(float, value.split()[:2])
    except ValueError:
        return None
    return latitude, longitude


@functools.lru_cache(maxsize=16)
def _middles(language: str) -> tuple[tuple[str, tuple[float, float]], ...]:
    """Return (name, point in its middle) of every country, by name."""
    every = [(country_name(code, language), at) for code, at in middles().items()]
    return tuple(sorted(every, key=lambda each: each[0].casefold()))


def _rows(item: Question) -> int:
    said = item.parameters.get("rows", "")
    return min(max(int(said), 2), 20) if said.isascii() and said.isdigit() else 4


def _steps(item: Question) -> list[str]:
    """Return the numbers of a range, where there are few enough to be offered one by one."""
    try:
        start, end, step = (
            Decimal(item.parameters.get(name, other)) for name, other in (("start", "1"), ("end", "10"), ("step", "1"))
        )
        if not step:
            return []
        step = abs(step) if end >= start else -abs(step)
        count = int((end - start) / step) + 1
    except (InvalidOperation, OverflowError, ValueError):
        return []
    return [f"{start + step * at:f}" for at in range(count)] if count <= MOST_STEPS else []


def _without_seconds(value: str) -> str:
    """Return a time as browsers take it: to the minute, without a zone."""
    day, between, time = value.rpartition("T")
    return f"{day}{between}{time[:5]}" if len(time) > 4 and time[2:3] == ":" else value


def control_type(shown: Field) -> str:
    """Return the type of an input."""
    return _CONTROLS.get(shown.control, "text")


_LIVE: dict[str, frozenset[str]] = {}


def _live(form: Form) -> frozenset[str]:
    """Return the paths whose change changes what is shown."""
    known = _LIVE.get(form.sha256)
    if known is None:
        if len(_LIVE) > 64:
            _LIVE.clear()
        known = _LIVE[form.sha256] = frozenset(path for duty in form.duties for path in duty.wakes)
    return known
