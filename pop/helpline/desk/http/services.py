"""The finder inside a conversation: a service is offered, and given when the child agrees."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from pop.helpline.desk.http.answering import Outcome, form_methods, mine
from pop.helpline.desk.http.tools import Context, chosen_id, use
from pop.helpline.desk.http.wording import SAY
from pop.helpline.desk.http.workspace import COUNSELLING
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.referrals import actions
from pop.helpline.referrals.queries import ServiceCard, find_services, referrals_of
from pop.helpline.words.showing import country, language, named
from pop.people.entrance import member, staff
from pop.people.unlocking import private_key
from pop.places.countries import codes
from pop.registry.directory.words import REGISTRY

# What a helpline asks the finder for, in the directory's own topics; the label is a topic's in the registry's words.
TOPICS = tuple(sorted(key.removeprefix("topic_") for key in REGISTRY.texts if key.startswith("topic_")))
_TONES = {"open": "good", "always": "good", "closed": "bad"}


@staff(*COUNSELLING)
@form_methods
def find(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Find a service, offer it to the child, and record what the child said."""
    found = mine(request, conversation)
    me = member(request).id
    given = request.POST if request.method == "POST" else request.GET
    where = given.get("country", found.country or _only_country(found.line))
    spoken = given.get("language", found.language)[:16]
    topic = given.get("topic", "") if given.get("topic", "") in TOPICS else ""
    said: list[str] = []

    def context() -> Context:
        known = where in codes()
        cards = (
            find_services(country=where, language=spoken, topics=(topic,) if topic else (), age=found.age)
            if known
            else []
        )
        return {
            "countries": sorted(((each, country(each)) for each in codes()), key=lambda pair: pair[1]),
            "languages": [
                (each, language(each)) for each in dict.fromkeys((found.language, SAY.language, "en")) if each
            ],
            "topics": sorted(((each, REGISTRY.say(f"topic_{each}", SAY.language)) for each in TOPICS), key=_label),
            "country": where if known else "",
            "language": spoken,
            "topic": topic,
            "cards": [_card(each) for each in cards],
            "given": [
                {"id": each.id, "name": each.name, "agreed": each.agreed, "chip": SAY[f"referral_{each.agreed}"]}
                for each in referrals_of(conversation, me)
            ],
            "done": said[0] if said else "",
            "phone": found.channel == "phone",
        }

    def run() -> Outcome | None:
        key, act = private_key(request), given.get("do", "")
        if act == "offer":
            service = chosen_id(given.get("service", ""))
            if service is None:
                raise RefusedError("service_unknown")
            actions.offer_service(conversation=conversation, staff=me, private_key=key, service=service)
            said.append(SAY["find_offered"])
        elif act in ("agreed", "declined"):
            referral = chosen_id(given.get("referral", ""))
            if referral is None or referral not in {each.id for each in referrals_of(conversation, me)}:
                raise RefusedError("unknown")
            actions.decide(referral=referral, agreed=act == "agreed", staff=me, private_key=key)
            said.append(SAY["referral_recorded"])
        return None

    return use(request, found, "find", context, run)


def _label(pair: tuple[str, str]) -> str:
    return pair[1]


def _only_country(line: UUID) -> str:
    found = lines.line(line)
    return found.countries[0] if found is not None and len(found.countries) == 1 else ""


def _card(card: ServiceCard) -> dict[str, object]:
    return {
        "id": card.id,
        "name": card.name,
        "open": named("opening", card.open, "opening_unknown"),
        "tone": _TONES.get(card.open, ""),
        "contacts": [each.dial or each.uri for each in card.contacts[:4] if each.dial or each.uri],
    }
