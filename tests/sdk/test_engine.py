"""What an answer looks like, and each rule of fit by an example."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pop_sdk import Engine, Need, NeedError, Vocabulary, compile_snapshot, emergency_only

from tests.sdk.small_documents import CREATED, Row, contact, country, document, service


def ids(made: Row, need: Need | None = None, now: int = CREATED) -> list[str]:
    found = compile_snapshot(made).answer(need or Need("KE"), now=now)
    return [match["service"]["id"] for match in found["matches"]]


def match_of(made: Row, need: Need | None = None, now: int = CREATED) -> dict[str, Any]:
    first: dict[str, Any] = compile_snapshot(made).answer(need or Need("KE"), now=now)["matches"][0]
    return first


# The form of an answer


def test_an_answer_has_the_fields_and_their_order_that_platforms_build_on() -> None:
    line = contact(languages=["sw"], free=True, leaves_trace=True, from_abroad=False)
    abroad = contact(dial="0800", uri="tel:+254800", alternative="+254 20 1", pattern=-1)
    made = document(
        service(topics=["bullying"], languages=["sw", "en"], ages={"min": None, "max": 18}, contacts=[line, abroad])
    )
    need = Need("KE", None, ("bullying",), ("sw",), ("phone",), 13, 17, "child", None, ("free",), 3)
    body = compile_snapshot(made).match(need, now=CREATED)
    expected = {
        "snapshot": {"version": 12, "created": "2026-11-22T00:00:00Z", "expires": "2026-12-27T00:00:00Z"},
        "need": {
            "country": "KE",
            "subdivision": None,
            "topics": ["bullying"],
            "languages": ["sw"],
            "channels": ["phone"],
            "age": {"min": 13, "max": 17},
            "audience": "child",
            "at": "2026-11-22T00:00:00Z",
            "needs": ["free"],
            "limit": 3,
        },
        "emergency": [{"dial": "999", "uri": "tel:999", "kind": "any"}],
        "matches": [
            {
                "service": {
                    "id": "a",
                    "name": "Line a",
                    "kind": "child_helpline",
                    "country": "KE",
                    "topics": ["bullying"],
                    "languages": ["sw", "en"],
                    "ages": {"min": None, "max": 18},
                },
                "open": "always",
                "contacts": [
                    {
                        "channel": "phone",
                        "dial": "116",
                        "uri": "tel:116",
                        "open": "always",
                        "opens_at": None,
                        "closes_at": None,
                        "languages": ["sw"],
                        "free": True,
                        "anonymous": None,
                        "leaves_trace": True,
                        "from_abroad": False,
                    },
                    {
                        "channel": "phone",
                        "dial": "0800",
                        "uri": "tel:+254800",
                        "open": "unknown",
                        "opens_at": None,
                        "closes_at": None,
                        "languages": ["sw", "en"],
                        "free": None,
                        "anonymous": None,
                        "leaves_trace": None,
                        "from_abroad": None,
                        "alternative": "+254 20 1",
                    },
                ],
                "reasons": ["covers_topic", "speaks_language", "open_now", "fits_age", "free", "channel"],
                "cautions": ["hours_unconfirmed"],
                "verification": {
                    "stage": "directory_listed",
                    "on": "2026-06-01",
                    "source": "https://directory.example/",
                },
            }
        ],
        "gap": None,
    }
    assert body.decode() == json.dumps(expected, separators=(",", ":"))


def test_names_in_any_script_are_carried_unharmed() -> None:
    name = 'خط "الطفل" \\ 日本 🌍\n\x00</script>'
    made = document(service(name=name, contacts=[contact(dial=name)]))
    found = match_of(made)
    assert (found["service"]["name"], found["contacts"][0]["dial"]) == (name, name)


def test_the_best_contact_comes_first_and_gives_the_state() -> None:
    closed = contact(uri="tel:1", pattern=0)
    made = document(service(contacts=[closed, contact(uri="tel:2")]), patterns=[{"open": [], "unknown": []}])
    found = match_of(made)
    assert found["open"] == "always"
    assert [line["uri"] for line in found["contacts"]] == ["tel:2", "tel:1"]


def test_each_language_of_a_line_has_its_own_hours() -> None:
    lines = [contact(uri="tel:1", languages=["sw"], pattern=0), contact(uri="tel:2", languages=["en"])]
    made = document(service(contacts=lines), patterns=[{"open": [], "unknown": []}])
    states = {tag: match_of(made, Need("KE", languages=(tag,)))["open"] for tag in ("sw", "en", "fr")}
    assert states == {"sw": "closed", "en": "always", "fr": "always"}


def test_only_fitting_contacts_are_shown() -> None:
    lines = [contact(uri="tel:1"), contact(uri="sms:1", channel="sms"), contact(uri="tel:2", free=False)]
    made = document(service(contacts=lines))
    engine = compile_snapshot(made)
    for need, shown in [
        (Need("KE"), ["tel:1", "sms:1", "tel:2"]),
        (Need("KE", channels=("sms",)), ["sms:1"]),
        (Need("KE", needs=("free",)), ["tel:1", "sms:1"]),
        (Need("KE"), ["tel:1", "sms:1", "tel:2"]),
    ]:
        found = engine.answer(need, now=CREATED)["matches"]
        assert [line["uri"] for line in found[0]["contacts"]] == shown


def test_at_most_two_emergency_numbers_are_shown() -> None:
    made = document()
    numbers = [{"dial": dial, "uri": f"tel:{dial}", "kind": "any", "stage": "x"} for dial in ("112", "999", "114")]
    made["countries"]["KE"]["emergency"] = numbers
    found = compile_snapshot(made).answer(Need("KE"), now=CREATED)
    assert [number["dial"] for number in found["emergency"]] == ["112", "999"]


def test_no_more_services_than_asked_for() -> None:
    made = document(*(service(f"s{number:02}", contacts=[contact(), contact()]) for number in range(30)))
    for limit in (1, 5, 20):
        assert ids(made, Need("KE", limit=limit)) == [f"s{number:02}" for number in range(limit)]


def test_many_contacts_of_one_service_do_not_hide_the_next() -> None:
    made = document(service("a", contacts=[contact(uri=f"tel:{n}") for n in range(255)]), service("b"))
    assert ids(made) == ["a", "b"]
    assert len(match_of(made)["contacts"]) == 255


def test_a_snapshot_without_services_still_gives_emergency_numbers() -> None:
    found = compile_snapshot(document()).answer(Need("KE"), now=CREATED)
    assert [number["dial"] for number in found["emergency"]] == ["999"]
    assert found["matches"] == []
    assert found["gap"] == {"reason": "no_child_service_known", "nearest": []}


def test_a_country_that_the_snapshot_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(NeedError) as refusal:
        compile_snapshot(document()).match(Need("DK"), now=CREATED)
    assert (refusal.value.parameter, refusal.value.accepted) == ("country", ["KE", "TZ", "UG"])


# Fit


def test_a_foreign_line_needs_both_to_serve_the_country_and_to_take_its_calls() -> None:
    def foreign(serves: list[str], from_abroad: bool | None) -> Row:
        return document(service(country="TZ", serves=serves, contacts=[contact(from_abroad=from_abroad)]))

    assert ids(foreign(["KE"], True)) == ["a"]
    assert match_of(foreign(["KE"], True))["reasons"] == ["general_child_service", "open_now", "from_abroad"]
    for made in (foreign([], True), foreign(["KE"], False), foreign(["KE"], None)):
        assert ids(made) == []
    assert ids(foreign(["KE"], True), Need("TZ")) == ["a"]


def test_a_foreign_service_shows_only_the_contacts_that_take_calls_from_abroad() -> None:
    lines = [contact(uri="tel:116"), contact(uri="tel:+255", from_abroad=True)]
    made = document(service(country="TZ", serves=["KE"], contacts=lines))
    assert [line["uri"] for line in match_of(made)["contacts"]] == ["tel:+255"]
    assert len(match_of(made, Need("TZ"))["contacts"]) == 2


def test_services_for_others_never_reach_a_child() -> None:
    for audience in (["own_behaviour"], ["professional"], ["parent"], []):
        assert ids(document(service(audience=audience))) == []
    assert ids(document(service(audience=["own_behaviour"])), Need("KE", audience="own_behaviour")) == ["a"]


def test_hotlines_answer_only_who_wants_to_report() -> None:
    made = document(service(kind="hotline", general=True, topics=["family"]))
    assert ids(made) == []
    assert ids(made, Need("KE", topics=("bullying",))) == []
    for topic in ("report_content", "family"):
        assert ids(made, Need("KE", topics=(topic,))) == ["a"]


def test_leads_are_shown_only_where_nothing_better_fits() -> None:
    lead = service("lead", stage="unconfirmed_lead")
    assert ids(document(lead, service("b", languages=["fr"]))) == ["b"]
    elsewhere = service("b", general=False, topics=["family"])
    assert ids(document(lead, elsewhere), Need("KE", topics=("family",))) == ["b"]
    assert ids(document(lead, elsewhere), Need("KE", topics=("bullying",))) == ["lead"]
    assert "lead_only" in match_of(document(lead))["cautions"]


def test_ages_overlap_and_a_missing_bound_is_open() -> None:
    made = document(service(ages={"min": 8, "max": 12}))
    fits = {age: ids(made, Need("KE", age_min=age, age_max=age)) == ["a"] for age in (7, 8, 12, 13)}
    wide = {
        band: ids(made, Need("KE", age_min=band[0], age_max=band[1])) == ["a"] for band in ((8, 12), (13, 17), (12, 17))
    }
    # Where it does not fit it is not a wider service either: age is hard.
    assert fits == {7: False, 8: True, 12: True, 13: False}
    assert wide == {(8, 12): True, (13, 17): False, (12, 17): True}
    assert ids(document(service()), Need("KE", age_min=25, age_max=25)) == ["a"]


def test_a_contacts_own_ages_come_before_its_services() -> None:
    line = contact(ages={"min": 20, "max": None})
    made = document(service(ages={"min": None, "max": 18}, contacts=[line, contact(uri="tel:2")]))
    found = match_of(made, Need("KE", age_min=15, age_max=15))
    assert [line["uri"] for line in found["contacts"]] == ["tel:2"]


def test_a_link_is_shown_until_its_check_runs_out_now_or_then() -> None:
    made = document(service(contacts=[contact(uri="https://x.example/", channel="webchat", until=CREATED + 100)]))
    assert ids(made, now=CREATED + 99) == ["a"]
    assert ids(made, now=CREATED + 100) == []
    assert ids(made, Need("KE", at=CREATED + 100), now=CREATED) == []
    assert ids(made, Need("KE", at=CREATED), now=CREATED + 100) == []
    assert ids(made, Need("KE", at=CREATED - 5), now=CREATED + 99) == ["a"]


def test_one_engine_follows_the_clock_forth_and_back() -> None:
    engine = compile_snapshot(
        document(service(contacts=[contact(uri="https://x.example/", until=CREATED + 100), contact(uri="tel:1")]))
    )
    counts = [
        len(engine.answer(Need("KE"), now=CREATED + step)["matches"][0]["contacts"]) for step in (0, 99, 100, 50, 200)
    ]
    assert counts == [2, 2, 1, 2, 1]


def test_a_part_of_the_country_excludes_the_other_parts() -> None:
    made = document(
        service("here", subdivisions=["KE-01"]),
        service("there", subdivisions=["KE-02"]),
        service("wide", on="2020-01-01"),
    )
    assert ids(made, Need("KE", subdivision="KE-01")) == ["here", "wide"]
    assert ids(made) == ["wide", "here", "there"]
    cautions = {
        m["service"]["id"]: m["cautions"] for m in compile_snapshot(made).answer(Need("KE"), now=CREATED)["matches"]
    }
    assert "only_in:KE-01" in cautions["here"]
    reasons = match_of(made, Need("KE", subdivision="KE-01"))["reasons"]
    assert "serves_subdivision" in reasons


@pytest.mark.parametrize(
    ("spoken", "asked", "fits"),
    [
        ("zh", "zh-Hans", True),
        ("zh-Hant", "zh", True),
        ("zh-Hant", "zh-Hans", False),
        ("pt", "pt-BR", True),
        ("en", "e", False),
        ("sw", "swc", False),
    ],
)
def test_a_language_fits_a_narrower_and_a_wider_one(spoken: str, asked: str, fits: bool) -> None:
    found = match_of(document(service(languages=[spoken])), Need("KE", languages=(asked,)))
    assert ("speaks_language" in found["reasons"]) == fits
    assert ("other_language" in found["cautions"]) == (not fits)


# Order


def test_a_confirmed_line_goes_before_an_old_directorys_24_hours() -> None:
    old = service("old", on="2020-01-01")
    known = service("known", stage="provider_confirmed", on="2026-11-01", contacts=[contact(pattern=-1)])
    assert ids(document(old, known)) == ["known", "old"]
    sure = service("sure", stage="provider_confirmed", on="2026-11-01", hours_confirmed="2026-11-01")
    assert ids(document(old, known, sure)) == ["sure", "known", "old"]


def test_a_letter_box_does_not_open_a_closed_house() -> None:
    lines = [contact(pattern=0), contact(channel="email", uri="mailto:a@x.example", pattern=-1)]
    made = document(service(contacts=lines), patterns=[{"open": [], "unknown": []}])
    assert match_of(made)["open"] == "closed"


def test_children_first_then_the_covered_topic() -> None:
    made = document(
        service("general"),
        service("covering", topics=["family"], general=False),
        service("public", topics=["family"], child_specific=False),
    )
    assert ids(made, Need("KE", topics=("family",))) == ["covering", "general", "public"]


def test_a_known_need_goes_before_a_doubtful_one_and_a_refused_one_goes_out() -> None:
    lines = {"yes": True, "maybe": None, "no": False}
    made = document(*(service(name, contacts=[contact(free=fact)]) for name, fact in lines.items()))
    assert ids(made, Need("KE", needs=("free",))) == ["yes", "maybe"]
    found = compile_snapshot(made).answer(Need("KE", needs=("free",)), now=CREATED)["matches"]
    assert ["free" in match["reasons"] for match in found] == [True, False]
    assert ["free_not_known" in match["cautions"] for match in found] == [False, True]


# Where nothing fits


def test_wider_services_say_in_what_they_differ() -> None:
    made = document(service(general=False, topics=["family"], subdivisions=["KE-02"]))
    need = Need("KE", subdivision="KE-01", topics=("bullying",), channels=("sms",))
    found = compile_snapshot(made).answer(need, now=CREATED)
    assert found["gap"] == {"reason": "no_child_service_known", "nearest": []}
    assert found["matches"][0]["reasons"] == ["open_now", "wider_service"]
    expected = ["hours_unconfirmed", "only_in:KE-02", "other_topic", "other_channel", "other_subdivision"]
    assert found["matches"][0]["cautions"] == expected


def test_everybodys_services_come_only_where_there_is_none_for_children() -> None:
    public = service("public", audience=["general_public"], child_specific=False)
    found = compile_snapshot(document(public)).answer(Need("KE"), now=CREATED)
    assert found["matches"][0]["reasons"] == ["open_now", "general_public_service"]
    child = service("child", general=False, topics=["family"])
    assert ids(document(public, child), Need("KE", topics=("bullying",))) == ["child"]


def test_nothing_is_widened_for_other_audiences() -> None:
    found = compile_snapshot(document(service())).answer(Need("KE", audience="parent"), now=CREATED)
    assert found["matches"] == []
    assert found["gap"] == {"reason": "no_child_service_known", "nearest": []}


def test_the_nearest_are_neighbours_that_take_calls_from_abroad() -> None:
    abroad = [contact(from_abroad=True)]
    made = document(
        service("uganda", country="UG", contacts=abroad),
        *(service(f"tanzania{number}", country="TZ", contacts=abroad) for number in range(2)),
        service("home only", country="TZ", contacts=[contact(from_abroad=None)]),
        service("hotline", country="TZ", kind="hotline", contacts=abroad),
        service("not children", country="TZ", audience=["parent"], contacts=abroad),
        service("lead", country="TZ", stage="unconfirmed_lead", contacts=abroad),
    )
    made["countries"]["DK"] = country(neighbours=["SE"])
    gap = compile_snapshot(made).answer(Need("KE"), now=CREATED)["gap"]
    assert [match["service"]["id"] for match in gap["nearest"]] == ["tanzania0", "tanzania1", "uganda"]
    assert all("from_abroad" in match["reasons"] for match in gap["nearest"])
    assert compile_snapshot(made).answer(Need("DK"), now=CREATED)["gap"]["nearest"] == []


# Notices


@pytest.mark.parametrize(("second", "said"), [(-1, False), (0, True), (59, True), (60, False)])
def test_a_notice_holds_from_its_first_second_until_its_last(second: int, said: bool) -> None:
    notice = {"kind": "disrupted", "starts": CREATED, "ends": CREATED + 60}
    whole = document(service("a"), service("b"))
    whole["countries"]["KE"]["notices"] = [notice]
    one = document(service("a", notices=[notice]), service("b"))
    for made, struck in ((whole, {"a", "b"}), (one, {"a"})):
        engine = compile_snapshot(made)
        engine.answer(Need("KE"), now=CREATED - 500)
        found = engine.answer(Need("KE"), now=CREATED + second)["matches"]
        named = {match["service"]["id"] for match in found if "notice:disrupted" in match["cautions"]}
        assert named == (struck if said else set())


# The other doors


def test_the_vocabulary_is_the_snapshots() -> None:
    engine = compile_snapshot(document())
    assert engine.vocabulary == Vocabulary(
        frozenset({"KE", "TZ", "UG"}), frozenset({"bullying", "family", "report_content"})
    )
    assert (engine.version, engine.created, engine.expires) == (12, CREATED, CREATED + 35 * 86_400)


def test_countries_and_topics_are_listed() -> None:
    engine: Engine = compile_snapshot(document())
    assert json.loads(engine.countries_json())["countries"][0] == {
        "code": "KE",
        "names": {"en": "Somewhere"},
        "services": 0,
        "emergency": [{"dial": "999", "uri": "tel:999", "kind": "any", "stage": "desk_checked"}],
        "notices": [],
    }
    row = {"id": "bullying", "tile": "t", "names": {"en": "bullying"}, "chi": "", "risk": "off"}
    assert json.loads(engine.topics_json())["topics"][0] == row


def test_one_service_is_found_by_its_id() -> None:
    lapsed = contact(uri="https://x.example/", until=CREATED)
    made = document(
        service("a", contacts=[contact(), contact(uri="tel:2", from_abroad=True)], serves=["TZ"]),
        service("b", contacts=[lapsed]),
    )
    engine = compile_snapshot(made)
    found = engine.service("a", now=CREATED)
    assert found is not None
    assert len(found["contacts"]) == 2
    assert (found["service"]["country"], found["reasons"], found["cautions"]) == ("KE", [], ["hours_unconfirmed"])
    assert engine.service("b", now=CREATED) is None
    assert engine.service("c", now=CREATED) is None


def test_without_a_snapshot_emergency_numbers_still_answer() -> None:
    numbers = {"KE": [{"dial": "999", "uri": "tel:999", "kind": "any"}]}
    found = json.loads(emergency_only(numbers, Need("KE", at=CREATED + 5), now=CREATED))
    assert list(found) == ["snapshot", "need", "emergency", "matches", "gap"]
    assert (found["snapshot"], found["emergency"], found["matches"]) == (None, numbers["KE"], [])
    assert found["gap"] == {"reason": "no_valid_snapshot", "nearest": []}
    assert found["need"]["at"] == "2026-11-22T00:00:05Z"
    assert json.loads(emergency_only(numbers, Need("DK"), now=CREATED))["emergency"] == []


def test_memory_for_remembered_parts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    made = document(*(service(f"s{number:02}", contacts=[contact(), contact(free=False)]) for number in range(20)))
    roomy = compile_snapshot(made)
    tight = compile_snapshot(made)
    monkeypatch.setattr("pop_sdk.writing._ROOM", 3000)
    monkeypatch.setattr("pop_sdk.writing._MOST_TEXTS", 1)
    for need in (Need("KE", limit=20), Need("KE", needs=("free",)), Need("KE", languages=("sw",), limit=7)) * 2:
        assert tight.match(need, now=CREATED) == roomy.match(need, now=CREATED)
