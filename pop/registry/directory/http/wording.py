"""Facts as a reader's words: dates, hours, ages and names of codes in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from babel.dates import format_date, get_day_names

from pop.places.countries import country_name
from pop.places.languages import language_name
from pop.places.words import Speaker
from pop.registry.directory.queries.pages import ContactFacts, ServiceFacts
from pop.registry.directory.rules.weekly import DAY_MINUTES, Span, weekly_spans

# Which of our words names a stored field.
FIELD_WORDS = {
    "name": "field_name",
    "organisation": "field_organisation",
    "operator": "field_operator",
    "kind": "field_kind",
    "audience": "field_audience",
    "age_min": "field_ages",
    "age_max": "field_ages",
    "ages": "field_ages",
    "topics": "field_topics",
    "languages": "field_languages",
    "subdivisions": "field_subdivisions",
    "responders": "field_responders",
    "hours": "field_hours",
    "hours_source": "field_hours",
    "timezone": "field_timezone",
    "as_stated": "field_number",
    "number": "field_number",
    "dial": "field_number",
    "e164": "field_number",
    "alternative": "field_number",
    "website": "field_website",
    "channel": "field_channel",
    "free": "field_free",
    "anonymous": "field_anonymous",
    "leaves_trace": "field_trace",
    "from_abroad": "field_from_abroad",
    "stage": "field_stage",
    "stage_on": "col_date",
    "state": "field_state",
    "record": "field_name",
    "hours_as_stated": "field_hours",
    "hours_problem": "field_hours",
    "other_hours": "field_hours",
    "numbers_as_stated": "field_number",
    "other_number": "field_number",
}
_LONGEST_VALUE = 300


def isolated(text: str) -> str:
    """Return left-to-right text (a number, a code, an address) so that a right-to-left sentence cannot reorder it."""
    return f"\u2066{text}\u2069"


def day(when: date | None, say: Speaker) -> str:
    """Return a date in words, "Not known" for none."""
    return format_date(when, format="long", locale=say.language) if when else say["not_known"]


def named(prefix: str, code: str, say: Speaker) -> str:
    """Return the name of a code of our lists; a code without a name stays as it is, so that one can ask about it."""
    try:
        return say[f"{prefix}_{code}"]
    except KeyError:
        return code


def joined(items: Iterable[str], say: Speaker) -> str:
    """Return a list for reading, "Not known" for an empty one. Names with a comma of their own part at semicolons."""
    names = list(items)
    comma, wider = {"ar": ("، ", "؛ "), "zh": ("、", "；")}.get(say.language, (", ", "; "))
    within = any(mark in name for name in names for mark in ",،、，")
    return (wider if within else comma).join(names) or say["not_known"]


def languages(tags: Iterable[str], say: Speaker) -> str:
    """Return the names of languages."""
    return joined((language_name(tag, say.language) for tag in tags), say)


def answer(value: bool | None, say: Speaker) -> str:
    """Return "Yes", "No" or "Not known": what nobody knows is never a no."""
    return say["not_known" if value is None else "yes" if value else "no"]


def ages(low: int | None, high: int | None, say: Speaker) -> str:
    """Return an age range; bounds are whole years and inclusive."""
    if low is None and high is None:
        return say["not_known"]
    if high is None:
        return say("ages_from", min=low)
    if low is None:
        return say("ages_to", max=high)
    return say("ages_between", min=low, max=high)


def hours(text: str, timezone: str, say: Speaker) -> str:
    """Return opening hours as people read them; what is more than a plain week stays in the notation of its source."""
    if not text:
        return say["caution_hours_unknown"]
    spans = weekly_spans(text)
    if spans == (Span((0, 1, 2, 3, 4, 5, 6), 0, DAY_MINUTES),):
        return say["hours_always"]
    table = (
        isolated(text)
        if spans is None
        else {"ar": "؛ ", "zh": "；"}.get(say.language, "; ").join(_span(span, say) for span in spans)
    )
    return say("hours_stated", hours=table, timezone=isolated(timezone)) if timezone else table


def _span(span: Span, say: Speaker) -> str:
    names = get_day_names("abbreviated", context="format", locale=say.language)
    runs: list[list[int]] = []
    for each in span.days:
        if runs and runs[-1][-1] == each - 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    days = [names[run[0]] if len(run) == 1 else f"{names[run[0]]} – {names[run[-1]]}" for run in runs]
    return f"{joined(days, say)} {isolated(f'{_clock(span.opens)}–{_clock(span.closes)}')}"


def _clock(minutes: int) -> str:
    if minutes == DAY_MINUTES:
        return "24:00"
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def withheld(contact: ContactFacts, say: Speaker) -> str:
    """Return why children are not shown a contact, "" where they are."""
    if contact.concealed == "address":
        return say["address_withheld"]
    if not contact.withheld:
        return ""
    key = f"withheld_{contact.withheld}"
    return say[key] if key in say else say["withheld_other"]


def cautions(facts: ServiceFacts, today: date, say: Speaker) -> list[str]:
    """Return what a reader should be careful with, in the order of weight."""
    said: list[str] = []
    if facts.stage == "unconfirmed_lead":
        said.append(say["caution_lead_only"])
    if facts.stage_on is None:
        said.append(say["caution_not_checked"])
    elif (today - facts.stage_on).days > 365:
        said.append(say("caution_not_checked_since", date=day(facts.stage_on, say)))
    if facts.subdivisions:
        said.append(say("caution_only_in", place=isolated(", ".join(facts.subdivisions))))
    return said


def value_of(field: str, value: str, say: Speaker) -> str:
    """Return a value of evidence or history: words where it is a code of ours, otherwise as it stands, shortened."""
    prefixes = {"kind": "kind", "stage": "stage", "channel": "channel", "operator": "operator", "state": "stage"}
    if field in prefixes:
        return named(prefixes[field], value, say)
    if field in {"free", "anonymous", "leaves_trace", "from_abroad"}:
        return {"True": say["yes"], "true": say["yes"], "False": say["no"], "false": say["no"]}.get(value, value)
    return value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"


def country(code: str, say: Speaker) -> str:
    """Return a country's name."""
    return country_name(code, say.language)
