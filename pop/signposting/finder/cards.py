"""How one service reads on the page: a match of the engine in, plain words and links out.

`None` in a match means not known and is said so; no sentence here says "open" without saying who has not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import phonenumbers
from babel.dates import format_date
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from phonenumbers import PhoneNumberFormat

from pop.places.countries import country_name
from pop.places.languages import language_name
from pop.places.moments import clock_time, zone_of
from pop.places.words import Speaker
from pop.signposting.finder.queries import Country, Match
from pop.signposting.finder.rules import WRITTEN

MOST_WAYS = 4
CHECKED = frozenset({"desk_checked", "provider_confirmed", "test_contacted"})

# channel → (the sentence on the button, the sentence about what happens, the icon)
CHANNELS: dict[str, tuple[str, str, str]] = {
    "phone": ("do_call", "happens_call", "call"),
    "sms": ("do_text", "happens_text", "write"),
    "webchat": ("do_chat", "happens_chat", "write"),
    "whatsapp": ("do_message", "happens_message", "write"),
    "telegram": ("do_message", "happens_message", "write"),
    "messenger": ("do_message", "happens_message", "write"),
    "instagram": ("do_message", "happens_message", "write"),
    "viber": ("do_message", "happens_message", "write"),
    "line": ("do_message", "happens_message", "write"),
    "email": ("do_email", "happens_email", "write"),
    "app": ("do_app", "happens_web", "web"),
    "in_game": ("do_open", "happens_web", "web"),
    "forum": ("do_open", "happens_web", "web"),
    "form": ("do_open", "happens_web", "web"),
    "video_sign": ("do_sign", "happens_video", "web"),
    "relay_text": ("do_relay", "happens_text", "call"),
    "in_person": ("do_visit", "happens_visit", "place"),
}
APPS = {
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "messenger": "Messenger",
    "instagram": "Instagram",
    "viber": "Viber",
    "line": "LINE",
}
_KINDS = {"hotline": "kind_hotline", "image_removal": "kind_image_removal"}
# One writes whenever one likes: that nobody knows when they are open needs no word.
WITHOUT_HOURS = frozenset({"email", "form", "forum"})
BY_NUMBER = frozenset({"phone", "sms", "relay_text"})
# What a link of ours may start. A service's record can name other schemes; a child never gets them to tap.
SCHEMES = frozenset({"tel", "sms", "mailto", "https", "http"})


@dataclass(frozen=True, slots=True)
class Way:
    """One tap: a link, its words, its picture, and its own opening where it differs from the service's."""

    uri: str
    label: SafeString
    icon: str
    outside: bool
    channel: str
    state: SafeString | str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One service as the page shows it. `number` counts from 1 down the page."""

    number: int
    id: str
    name: str
    tone: str
    state: str
    change: SafeString | str
    before: tuple[str, ...]
    ways: tuple[Way, ...]
    about: str
    facts: tuple[str, ...]
    happens: tuple[str, ...]
    more: tuple[str | SafeString, ...]
    certain: bool
    hours: str
    opening: str
    after: tuple[Way | Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the words, the country asked for, when, and what was chosen."""

    say: Speaker
    country: Country
    now: int
    chose_topic: bool = False
    writes: bool = False


def cards_of(matches: Iterable[Match], reader: Reader, *, start: int = 1) -> list[Card]:
    """Return the cards of matches in their order, without second ways (see `with_second_ways`)."""
    return [_card(match, reader, number) for number, match in enumerate(matches, start)]


def with_second_ways(cards: Sequence[Card], reader: Reader) -> list[Card]:
    """Give every closed or doubtful card what to try next: another service, or later, and the emergency number."""
    done: list[Card] = []
    for index, card in enumerate(cards):
        if card.certain:
            done.append(card)
            continue
        # Down the page from here and round again, but never a closed line before one that may answer.
        rest = [other for other in (*cards[index + 1 :], *cards[:index]) if other.ways]
        best = min(rest, key=lambda other: _preference(other, reader), default=None)
        after: list[Way | Mapping[str, str]] = []
        if best is not None:
            closed = (best.change or reader.say["state_closed"]) if best.opening == "closed" else ""
            after.append(replace(best.ways[0], name=best.name, state=closed))
        else:
            after += [replace(way, name=card.name) for way in card.ways[1:2]]
        if best is None or best.opening == "closed":
            after.append({"label": reader.say["next_later"]})
            after += [
                {"label": reader.say("next_danger", number=number.dial)} for number in reader.country.emergency[:1]
            ]
        done.append(replace(card, after=tuple(after)))
    return done


def _preference(card: Card, reader: Reader) -> tuple[bool, int, bool]:
    """Return what makes a card the better second way, lowest first: writing for who cannot talk, then openness."""
    by_voice = reader.writes and card.ways[0].channel not in WRITTEN
    return by_voice, {"open": 0, "always": 0, "unknown": 1}.get(card.opening, 2), not card.certain


def ways_of(matches: Iterable[Match], reader: Reader) -> list[Way]:
    """Return one named way for each match: for lists of links such as the reporting services."""
    found = []
    for match in matches:
        ways = _ways(match, reader)
        if ways:
            kind = _KINDS.get(str(match["service"]["kind"]))
            state = reader.say[kind] if kind else ""
            found.append(replace(ways[0], name=str(match["service"]["name"]), state=state))
    return found


def _card(match: Match, reader: Reader, number: int) -> Card:
    say = reader.say
    service = match["service"]
    cautions = set(match["cautions"])
    ways = _ways(match, reader)
    first = next((each for each in match["contacts"] if ways and _uri(each, match, reader) == ways[0].uri), None)
    contact: Mapping[str, Any] = first or match["contacts"][0]
    confirmed = _confirmed(match)
    state, tone = _state(contact["open"], confirmed=confirmed, holiday="holiday" in cautions, say=say)
    return Card(
        number=number,
        id=str(service["id"]),
        name=str(service["name"]),
        tone=tone,
        state=state,
        change=_change(contact, match, reader),
        before=tuple(_before(match, cautions, reader)),
        ways=tuple(ways),
        about=_about(set(match["reasons"]), reader),
        facts=tuple(_facts(contact, cautions, say)),
        happens=tuple(say[key] for key in dict.fromkeys(CHANNELS[way.channel][1] for way in ways)),
        more=tuple(_more(match, contact, cautions, reader)),
        certain=tone == "open" and confirmed,
        hours=_hours(contact["open"], confirmed=confirmed, say=say),
        opening=str(contact["open"]),
    )


def _confirmed(match: Match) -> bool:
    """Say whether somebody vouches for the hours of a match. One whose best contact has no hours vouches for none."""
    doubts = {"hours_unconfirmed", "hours_unknown"}
    return match["verification"]["stage"] in CHECKED and doubts.isdisjoint(match["cautions"])


def _state(opening: str, *, confirmed: bool, holiday: bool, say: Speaker) -> tuple[str, str]:
    if opening == "unknown":
        return say["state_holiday" if holiday else "state_unknown"], "wait"
    if opening == "closed":
        return say["state_closed" if confirmed else "state_should_closed"], "wait"
    if not confirmed:
        return say["state_should_open"], "wait"
    return say["state_always" if opening == "always" else "state_open"], "open"


def _hours(opening: str, *, confirmed: bool, say: Speaker) -> str:
    """Return what a page that is kept may say: nothing about this minute, only whether it is open round the clock."""
    if opening == "always" and confirmed:
        return say["state_always"]
    return say["state_unknown"] if opening == "unknown" else ""


def _change(contact: Mapping[str, Any], match: Match, reader: Reader) -> SafeString | str:
    moment = contact.get("opens_at") if contact["open"] == "closed" else contact.get("closes_at")
    if not moment or contact["open"] in {"unknown", "always"}:
        return ""
    say = reader.say
    then = datetime.fromisoformat(str(moment))
    zone = zone_of(str(match["service"]["country"]))
    key = "state_opens" if contact["open"] == "closed" else "state_closes"
    time = format_html(
        '<time datetime="{}">{}</time>',
        str(moment),
        clock_time(then, zone=zone.info, language=say.language, now=datetime.fromtimestamp(reader.now, UTC)),
    )
    words = SafeString(str(conditional_escape(say[key])).format(time=time))
    note = say("state_zone", country=zone.place(say.language))
    return format_html('{} <span class="zone">{}</span>', words, note)


def _before(match: Match, cautions: set[str], reader: Reader) -> Iterable[str]:
    say = reader.say
    if _from_elsewhere(match, reader):
        yield say("service_country", country=country_name(str(match["service"]["country"]), say.language))
    for kind in ("disrupted", "moved"):
        if f"notice:{kind}" in cautions:
            yield say[f"notice_{kind}"]
    if "lead_only" in cautions:
        yield say["unsure_lead"]
    if "conflicting_facts" in cautions:
        yield say["unsure_conflict"]


def _about(reasons: set[str], reader: Reader) -> str:
    for reason, key in (
        ("general_public_service", "about_public"),
        ("wider_service", "about_wider"),
        ("covers_topic", "about_topic" if reader.chose_topic else ""),
        ("general_child_service", "about_general"),
    ):
        if reason in reasons and key:
            return reader.say[key]
    return ""


def _facts(contact: Mapping[str, Any], cautions: set[str], say: Speaker) -> Iterable[str]:
    yield say[_known("free", contact.get("free"))]
    if contact.get("anonymous") is not None:
        yield say[_known("anonymous", contact.get("anonymous"))]
    if "other_language" in cautions:
        yield say["languages_other"]


def _known(fact: str, value: bool | None) -> str:
    return f"{fact}_unknown" if value is None else f"{fact}_yes" if value else f"{fact}_no"


def _more(match: Match, contact: Mapping[str, Any], cautions: set[str], reader: Reader) -> Iterable[str | SafeString]:
    say = reader.say
    service = match["service"]
    by_number = contact["channel"] in BY_NUMBER
    if contact.get("anonymous") is None:
        yield say["anonymous_unknown"]
    yield say["trace_phone" if by_number else "trace_web"]
    if by_number:
        leaves = contact.get("leaves_trace")
        yield say["trace_bill_unknown" if leaves is None else "trace_bill_yes" if leaves else "trace_bill_no"]
        yield say["credit_unknown"]
        alternative = contact.get("alternative")
        if alternative:
            yield _with_number(say["abroad_number"], str(alternative))
        else:
            abroad = contact.get("from_abroad")
            if abroad is None:
                yield say["abroad_unknown"]
            else:
                yield say["abroad_yes"] if abroad else say("abroad_no", country=reader.country.name)
    yield say["tell_unknown"]
    spoken = contact.get("languages") or service["languages"]
    if spoken:
        names = say_list([language_name(tag, say.language) for tag in spoken], say.language)
        yield say("languages_are", languages=names)
    else:
        yield say["languages_unknown"]
    yield _ages(service["ages"], say)
    if any(caution.startswith("only_in:") for caution in cautions):
        yield say("about_part", country=reader.country.name)
    if service["country"] != reader.country.code:
        yield say["nearest_note"]
    verified = match["verification"]
    if verified["stage"] in CHECKED and verified["on"]:
        day = format_date(date.fromisoformat(verified["on"]), format="long", locale=say.language)
        yield say("checked_on", date=day)
    else:
        # A directory's own date says when a page was written, not that anybody called.
        yield say["checked_never"]


def say_list(names: Sequence[str], language: str) -> str:
    """Return names one after another, with the comma of the language."""
    return {"ar": "، ", "zh": "、"}.get(language, ", ").join(names)


def _ages(ages: Mapping[str, int | None], say: Speaker) -> str:
    low, high = ages.get("min"), ages.get("max")
    if low is None and high is None:
        return say["ages_unknown"]
    if high is None:
        return say("ages_from", min=low)
    if not low:
        return say("ages_up_to", max=high)
    return say("ages_between", min=low, max=high)


def _ways(match: Match, reader: Reader) -> list[Way]:
    """Return the ways to a service, each address once; in writing first where the child cannot talk."""
    # An answer by e-mail takes days, so it comes last; where the child cannot talk, a voice comes after all writing.
    contacts = sorted(
        match["contacts"],
        key=lambda contact: (
            reader.writes and contact["channel"] not in WRITTEN,
            contact["channel"] in WITHOUT_HOURS,
        ),
    )
    found: dict[str, Way] = {}
    shown: str | None = None
    for contact in contacts:
        uri = _uri(contact, match, reader)
        if not uri or uri in found or contact["channel"] not in CHANNELS:
            continue
        shown = contact["open"] if shown is None else shown
        scheme = urlsplit(uri).scheme
        state: SafeString | str = ""
        if contact["open"] != shown and not (contact["open"] == "unknown" and contact["channel"] in WITHOUT_HOURS):
            words, _ = _state(contact["open"], confirmed=_confirmed(match), holiday=False, say=reader.say)
            change = _change(contact, match, reader)
            state = format_html("{}<br>{}", words, change) if change else words
        found[uri] = Way(
            uri=uri,
            label=_label(contact, uri, match, reader),
            icon=CHANNELS[contact["channel"]][2],
            outside=scheme in {"http", "https"},
            channel=contact["channel"],
            state=state,
        )
    return list(found.values())[:MOST_WAYS]


def _uri(contact: Mapping[str, Any], match: Match, reader: Reader) -> str:
    """Return the link of a contact as dialled from the reader's country; "" where there is none that we hand out."""
    uri = str(contact.get("uri") or "")
    if _from_elsewhere(match, reader) and contact["channel"] in BY_NUMBER and contact.get("alternative"):
        uri = f"tel:{contact['alternative']}"
    return uri if uri.partition(":")[0].lower() in SCHEMES else ""


def _from_elsewhere(match: Match, reader: Reader) -> bool:
    return bool(match["service"]["country"] != reader.country.code)


def _label(contact: Mapping[str, Any], uri: str, match: Match, reader: Reader) -> SafeString:
    say = reader.say
    channel = contact["channel"]
    key = CHANNELS[channel][0]
    dial = str(contact["dial"])
    if _from_elsewhere(match, reader):
        dial = _from_abroad(uri) or dial
    if key == "do_message":
        return conditional_escape(say(key, app=APPS[channel]))
    if key == "do_visit":
        return conditional_escape(say(key, place=dial))
    if key == "do_text":
        word = parse_qs(urlsplit(uri).query).get("body", [""])[0]
        if word:
            return _with_number(say["do_text_word"], dial, word=word)
    return _with_number(say[key], dial)


def _from_abroad(uri: str) -> str:
    """Return the number of a link as one writes it in another country; "" where the link has no number of that kind."""
    scheme, _, rest = uri.partition(":")
    number = rest.partition("?")[0]
    if scheme not in {"tel", "sms"} or not number.startswith("+"):
        return ""
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return number


def _with_number(words: str, number: str, **others: str) -> SafeString:
    """Fill {number}: left to right whatever the language, and never broken apart from its label."""
    filled = format_html('<bdi dir="ltr">{}</bdi>', number)
    values = {name: format_html("<bdi>{}</bdi>", value) for name, value in others.items()}
    return mark_safe(str(conditional_escape(words)).format(number=filled, **values))  # noqa: S308 - all parts escaped
