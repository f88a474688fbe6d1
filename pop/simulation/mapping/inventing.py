"""Inventing answers: the same seed gives the same answers, and their shares are the published ones.

Nobody here exists. A name begins with "Demonstration", an address stands under example.org, a number comes from a range
that its country keeps for fiction or is not given, and whoever answers is an adult without a name.
"""

from __future__ import annotations

import csv
import functools
import random
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from babel.languages import get_official_languages

from pop.simulation.mapping.shares import TABLES, count_of, statements

SERVICES, RESPONSES = 143, 1700
SIZES: Final = (SERVICES, RESPONSES)
# Beside the services: what young people lead is shown by region only and counted in no country, so it carries no share.
# Five in one region, because a smaller number is not said.
_YOUTH_PLACES: Final = ("GH", "KE", "ML", "RW", "ZM", "CO", "IN", "PL")
# The country that the report's footnote lacks (tables/shares.csv, countries).
UNNAMED: Final = "UY"
_PLATFORMS = _AI_DRIVEN = 3
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/demonstration-data")

_FIRST = ("Amber", "Birch", "Cobalt", "Copper", "Coral", "Ember", "Fern", "Harbour", "Indigo", "Juniper", "Lantern")
_SECOND = ("Anchor", "Bridge", "Compass", "Feather", "Garden", "Kite", "Ladder", "Meadow", "Paddle", "Orchard", "River")
_MIND = ("suicidal_thoughts", "self_harm", "anger", "trauma_or_grief", "eating", "substances", "self_image")
_ONLINE = ("cyberbullying", "harmful_content", "privacy", "scam_or_hacked")
_VIOLENCE = ("physical_violence", "emotional_violence", "neglect", "trafficking", "missing_or_runaway")
_LIFE = ("family", "friends", "school_or_work", "discrimination", "basic_needs", "legal_help")
_SOCIAL = ("whatsapp", "messenger", "instagram", "telegram")
_RESPONDERS = ("professional_counsellor", "social_worker", "mental_health_specialist", "trained_peer", "volunteer")
_KINDS = ("child_helpline", "child_helpline", "child_helpline", "hotline", "helpline")
_BENEFITS: Final = "Faster communication; Easy access; Audience gets to express thoughts and comments."
_CHALLENGES: Final = "Poor Internet connection, people not always having access, and online risks."
_CONSENTS: Final = (
    *("identity", "reach", "services", "channels", "safeguards", "experience"),
    *("helplines", "platforms", "youth_led", "ai_driven"),
)


@dataclass(frozen=True)
class Response:
    """One invented response: to which instrument, under which id, {question: answer}, and the same for each channel."""

    number: int
    instrument: str
    instance_id: str
    answers: Mapping[str, str]
    channels: Sequence[Mapping[str, str]]


def invented(size: int, *, seed: int, countries: Collection[str], languages: Collection[str]) -> Iterator[Response]:
    """Yield the responses of a data set: 143 and what stands beside them, or 1700.

    `countries` are those that a source names as having taken part; `languages` are those that the instruments offer.
    Raises KeyError for another size.
    """
    yield from _Inventor(size, seed, sorted(countries), frozenset(languages)).responses()


class _Inventor:
    def __init__(self, size: int, seed: int, countries: Sequence[str], languages: frozenset[str]) -> None:
        if not statements(size):
            raise KeyError(size)
        self.size, self.seed, self.languages = size, seed, languages
        self.chance = random.Random(f"demonstration data {size} {seed}")
        self.countries = self._places(countries)
        self.topics = self._topics() if size == SERVICES else [self._any_topics() for _ in range(size)]
        self.operators = self._operators()
        self.used: dict[str, int] = {}

    def responses(self) -> Iterator[Response]:
        instruments = ["helplines"] * self.size
        if self.size == SERVICES:
            # In countries that have another response, so that each country has a service of the first instrument.
            doubled = [n for n, place in enumerate(self.countries) if place in self.countries[:n]]
            for number in self.chance.sample(doubled, _PLATFORMS + _AI_DRIVEN):
                instruments[number] = "platforms"
            for number in [n for n, each in enumerate(instruments) if each == "platforms"][_PLATFORMS:]:
                instruments[number] = "ai_driven"
        else:
            instruments = self.chance.choices(
                ("helplines", "platforms", "ai_driven", "youth_led"), weights=(88, 4, 4, 4), k=self.size
            )
        for number, instrument in enumerate(instruments):
            yield self._response(number, instrument, self.countries[number], self.topics[number])
        if self.size == SERVICES:
            for number, country in enumerate(_YOUTH_PLACES, start=self.size):
                yield self._response(number, "youth_led", country, self._any_topics())

    def _places(self, named: Sequence[str]) -> list[str]:
        """Return a country for each response, each country at least once."""
        wanted = count_of(self.size, "countries" if self.size == SERVICES else "response_countries")
        known = [*named, UNNAMED] if self.size == SERVICES else self.chance.sample(named, wanted)
        if len(set(known)) != wanted:
            raise KeyError(f"{len(set(known))} countries instead of {wanted}")
        found = [*known, *self.chance.choices(known, k=self.size - wanted)]
        self.chance.shuffle(found)
        return found

    def _operators(self) -> list[str]:
        """Return who runs each: civil society most and government second, or, of the 1,700, government most."""
        weights = {"civil_society": 55, "government": 31, "company": 6, "faith": 3, "school": 3, "un": 2}
        if self.size == RESPONSES:
            weights |= {"civil_society": 36, "government": 50}
        found: list[str] = []
        for operator, share in weights.items():
            found += [operator] * (-(-self.size * share // 100))
        found = found[: self.size]
        self.chance.shuffle(found)
        return found

    def _topics(self) -> list[set[str]]:
        """Return the topics of each of the 143 services, so many naming each as is published."""
        found: list[set[str]] = [set() for _ in range(self.size)]
        everybody = range(self.size)

        def give(statement: str, among: Sequence[int], *topics: str) -> list[int]:
            chosen = sorted(self.chance.sample(among, count_of(self.size, statement)))
            for number in chosen:
                found[number].update(topics)
            return chosen

        online = give("sexual_violence", everybody, "sexual_violence", "online_sexual_harm")
        # Violence against girls and women is told by sexual and domestic violence together.
        give("domestic_violence", online, "domestic_violence")
        minds = give("mental_health", everybody, "anxiety", "sadness_or_loneliness")
        for statement, topic in (
            ("bullying", "bullying"),
            ("child_marriage", "child_marriage"),
            ("child_labour", "child_labour"),
            ("physical_health", "physical_health"),
            ("gang_violence", "gang_or_community_violence"),
            ("armed_conflict", "armed_conflict"),
        ):
            give(statement, everybody, topic)
        for number in everybody:
            found[number].update(self._some(_VIOLENCE, 2), self._some(_LIFE, 2) or ["family"])
            if number in set(online):
                found[number].update(self._some(_ONLINE, 2))
            if number in set(minds):
                found[number].update(self._some(_MIND, 3))
        return found

    def _any_topics(self) -> set[str]:
        every = ("bullying", "sexual_violence", "domestic_violence", "online_sexual_harm", "anxiety", *_VIOLENCE)
        return {*self._some(every, 5), *self._some(_ONLINE, 2), *self._some(_MIND, 2), self.chance.choice(_LIFE)}

    def _some(self, values: Sequence[str], most: int) -> list[str]:
        return self.chance.sample(values, self.chance.randint(0, most))

    def _response(self, number: int, instrument: str, country: str, topics: set[str]) -> Response:
        first = _FIRST[number % len(_FIRST)]
        second = _SECOND[number // len(_FIRST) % len(_SECOND)]
        operator = "youth_led" if instrument == "youth_led" else ""
        operator = operator or (self.operators[number] if number < self.size else "civil_society")
        channels = self._channels(number, instrument)
        answers = {
            "time_given": "full",
            "may_answer": "OK",
            "service_name": f"Demonstration {first} {second} {number + 1:04d}",
            "organisation_name": f"Demonstration organisation {number + 1:04d}",
            "operator": operator,
            "website": f"https://service-{number + 1:04d}.example.org/",
            "country": country,
            "serves": "whole_country",
            "languages": " ".join(self._languages(country)),
            "audience": self.chance.choice(("child", "child young_person", "young_person")),
            "age_max": self.chance.choice(("17", "18", "21", "24")),
            "services_given": " ".join(self._services(instrument)),
            **_by_list(topics),
            "channels": " ".join(channels),
            "responders": " ".join(self.chance.sample(_RESPONDERS, self.chance.randint(1, len(_RESPONDERS)))),
            "pathway": "risk_assessed referred",
            "referral_partners": " ".join(self.chance.sample(("police", "health", "mental_health", "legal_aid"), 2)),
            "safeguarding_policy": self.chance.choice(("internal", "in_writing", "no")),
            "safeguards": " ".join(self.chance.sample(("training", "supervision", "complaints", "data_protection"), 2)),
            "participation": self.chance.choice(("feedback", "design testing", "advisory", "none")),
            "benefits": _BENEFITS if self.chance.random() < 0.62 else "Children choose when and how they write.",
            "challenges": _CHALLENGES if self.chance.random() < 0.62 else "Resources, languages and staff.",
            "needs": self.chance.choice(("funding", "staff training", "technology", "languages")),
            "respondent_role": "Invented role",
            "respondent_email": f"respondent-{number + 1:04d}@example.org",
            **{f"publish_{each}": "yes" for each in _CONSENTS},
            **self._own(instrument),
        }
        instance_id = f"uuid:{uuid.uuid5(_SPACE, f'{self.size} {self.seed} {number}')}"
        rows = [self._channel(number, channel, country) for channel in channels]
        return Response(number, instrument, instance_id, answers, rows)

    def _own(self, instrument: str) -> Mapping[str, str]:
        """Return the answers that one instrument alone asks for."""
        if instrument == "helplines":
            return {"service_kind": self.chance.choice(_KINDS), "any_topic": "yes", "uses_ai": "no"}
        if instrument == "platforms":
            return {
                "platform_kind": self.chance.choice(("social_media", "messaging", "game", "community")),
                "signposting": "search help_centre report",
                "signposts_to": "child_helpline emergency",
                "signposting_countries": "some",
                "reporting_tools": "content person block",
                "in_product_help": "search_prompt people",
            }
        if instrument == "ai_driven":
            return {"ai_uses": "sorts finds", "human_in_the_loop": "approves", "ai_data": "not_kept explained"}
        return {
            "led_by": "young_people",
            "leader_age_min": "18",
            "leader_age_max": "24",
            "solution_forms": self.chance.choice(("peer_network", "community website", "training campaign")),
            "danger_if_published": "no",
            "publish_place": "region",
            "respondent_under_18": "no",
        }

    def _services(self, instrument: str) -> list[str]:
        if instrument == "youth_led":
            return ["peer_support", "information"]
        usual = [each for each in ("counselling", "violence_reports", "information") if self.chance.random() < 0.8]
        return list(dict.fromkeys([*usual, *self._some(("referral", "crisis", "awareness"), 1)])) or ["information"]

    def _channels(self, number: int, instrument: str) -> list[str]:
        """Return the channels: of the 143 the telephone first, of the 1,700 social media and apps."""
        if instrument == "youth_led":
            return ["webchat", *self._some(("forum", "instagram"), 2)]
        telephone, social = (0.85, 1) if self.size == SERVICES else (0.45, 2)
        found = ["phone"] if self.chance.random() < telephone else []
        if self.size == RESPONSES and number % 4:
            found.append(self.chance.choice((*_SOCIAL, "app")))
        found += self._some(_SOCIAL, social)
        found += [each for each in ("webchat", "email", "app") if self.chance.random() < 0.4]
        return list(dict.fromkeys(found)) or ["webchat"]

    def _channel(self, number: int, channel: str, country: str) -> Mapping[str, str]:
        found = {
            "channel_id": channel,
            "channel_hours": self.chance.choice(("always", "set", "varies")),
            "channel_cost": self.chance.choice(("free", "free", "data_only", "unknown")),
            "channel_answered_by": self.chance.choice(("person", "machine_first")),
            "channel_anonymity": self.chance.choice(("anonymous", "seen")),
            "channel_retention": self.chance.choice(("nothing", "month", "year")),
        }
        if found["channel_hours"] == "set":
            found["channel_hours_text"] = self.chance.choice(("Mo-Fr 08:00-20:00", "Mo-Su 09:00-21:00"))
        if channel == "phone":
            found["channel_number"] = self._number(country)
        elif channel == "email":
            found["channel_email"] = f"help-{number + 1:04d}@example.org"
        elif channel in ("webchat", "app", "forum"):
            # An account of a name could be somebody's: on social media none is given.
            found["channel_link"] = f"https://service-{number + 1:04d}.example.org/{channel}"
        return found

    def _number(self, country: str) -> str:
        """Return the next number that a country keeps for fiction; "" where it keeps none or all are used."""
        kept = _reserved().get(country)
        used = self.used.get(country, 0)
        if kept is None or used >= kept.amount:
            return ""
        self.used[country] = used + 1
        return f"{kept.beginning}{kept.first + used:0{kept.digits}d}"

    def _languages(self, country: str) -> list[str]:
        found = [tag.replace("_", "-") for tag in get_official_languages(country, de_facto=True)]
        return [tag for tag in found if tag in self.languages][:3] or ["en"]


def _by_list(topics: Collection[str]) -> Mapping[str, str]:
    lists = {
        "topics_violence": (
            *("physical_violence", "emotional_violence", "sexual_violence", "domestic_violence", "neglect", "bullying"),
            *("child_marriage", "child_labour", "trafficking", "gang_or_community_violence", "armed_conflict"),
            "missing_or_runaway",
        ),
        "topics_online": ("online_sexual_harm", *_ONLINE),
        "topics_wellbeing": ("anxiety", "sadness_or_loneliness", *_MIND, "physical_health"),
        "topics_life": _LIFE,
    }
    return {name: " ".join(topic for topic in known if topic in topics) for name, known in lists.items()}


@dataclass(frozen=True)
class _Range:
    beginning: str
    digits: int
    first: int

    @property
    def amount(self) -> int:
        return 100 if self.first else 10**self.digits


@functools.cache
def _reserved() -> Mapping[str, _Range]:
    with (TABLES / "numbers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["country"]: _Range(row["beginning"], int(row["digits"]), int(row["first"])) for row in rows}
