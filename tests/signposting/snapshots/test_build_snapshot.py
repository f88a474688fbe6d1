"""From the database to an answer: what is published comes through, signed and the same each time; nothing else does."""

from __future__ import annotations

import gzip
import json
import logging
from datetime import UTC, date, datetime, timedelta

import pop_sdk
import pytest
from nacl.signing import SigningKey

from pop.privacy.keys import KeysError, public_keys, rotate_signing, signing_seed
from pop.registry.directory.models import Contact, Evidence, LinkCheck, Notice
from pop.signposting.snapshots import actions, store
from pop.signposting.snapshots.actions import build_snapshot
from pop.signposting.snapshots.queries import snapshot_is_current, verify_current

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def engine(home, now=NOW):
    stored = store.read_current(home.snapshots)
    snapshot = pop_sdk.load(stored.data, stored.signature, keys=public_keys(home.keys), now=int(now.timestamp()))
    return pop_sdk.compile_snapshot(snapshot)


def ask(home, question: str, now=NOW):
    found = engine(home, now)
    moment = int(now.timestamp())
    need = pop_sdk.from_query(question.encode(), vocabulary=found.vocabulary, now=moment)
    return found.answer(need, now=moment)


@pytest.mark.parametrize(
    ("at", "state", "closes", "opens"),
    [
        ("2026-11-28T01:30:00%2B01:00", "open", "2026-11-28T01:00:00Z", None),
        ("2026-11-28T01:59:00%2B01:00", "open", "2026-11-28T01:00:00Z", None),
        ("2026-11-28T02:00:00%2B01:00", "closed", None, "2026-11-28T10:00:00Z"),
        ("2026-11-28T03:00:00%2B01:00", "closed", None, "2026-11-28T10:00:00Z"),
        ("2026-11-28T11:00:00%2B01:00", "open", "2026-11-28T23:00:00Z", None),
    ],
)
def test_a_line_open_past_midnight_is_open_on_saturday_night_and_then_closed(home, line, at, state, closes, opens):
    line()
    build_snapshot(now=NOW)
    (match,) = ask(home, f"country=DK&at={at}")["matches"]
    assert match["open"] == state
    assert match["contacts"][0]["closes_at"] == closes
    assert match["contacts"][0]["opens_at"] == opens
    assert "hours_unconfirmed" in match["cautions"]


def test_the_answer_of_the_sdk_comes_from_the_records(home, line, emergency):
    service = line()
    build_snapshot(now=NOW)
    answer = ask(home, "country=DK&topic=bullying&language=da")
    assert answer["emergency"][0]["uri"] == "tel:112"
    (match,) = answer["matches"]
    assert match["service"]["id"] == str(service.id)
    assert match["contacts"][0]["uri"] == "tel:116111"
    assert match["verification"] == {
        "stage": "directory_listed",
        "on": "2022-05-16",
        "source": "https://directory.example/denmark/",
    }


def test_clocks_that_change_inside_the_window_move_the_hours_with_them(home, line):
    line(contact={"hours": "Mo-Su 09:00-17:00"})
    autumn = datetime(2026, 10, 22, 12, 0, tzinfo=UTC)  # Denmark's clocks go back on 25 October
    build_snapshot(now=autumn)
    for day, opens, closes in [(24, 7, 15), (25, 8, 16), (26, 8, 16)]:
        before = f"country=DK&at=2026-10-{day}T{opens - 1:02d}:59:00Z"
        (match,) = ask(home, before, autumn)["matches"]
        assert (match["open"], match["contacts"][0]["opens_at"]) == ("closed", f"2026-10-{day}T{opens:02d}:00:00Z")
        (match,) = ask(home, f"country=DK&at=2026-10-{day}T{opens:02d}:00:00Z", autumn)["matches"]
        assert (match["open"], match["contacts"][0]["closes_at"]) == ("open", f"2026-10-{day}T{closes:02d}:00:00Z")


def test_the_same_registry_at_the_same_moment_gives_the_same_bytes(home, line, emergency):
    line()
    line(name="Another", contact={"dial": "80 20 80 20", "number_kind": "full", "e164": "+4580208020"})
    build_snapshot(now=NOW)
    first = store.read_current(home.snapshots)
    (home.snapshots / "current").unlink()
    for name in ("1.json.gz", "1.sig"):
        (home.snapshots / name).unlink()
    build_snapshot(now=NOW)
    assert store.read_current(home.snapshots) == first


def test_the_bytes_are_canonical_and_those_that_the_sdk_would_write(home, line, emergency, document):
    line()
    build_snapshot(now=NOW)
    stored = store.read_current(home.snapshots)
    assert gzip.decompress(stored.data) == gzip.decompress(pop_sdk.encode(document()))
    assert stored.data[4:8] == b"\0\0\0\0"  # no date in the gzip header


def test_each_build_is_the_next_version_and_lasts_35_days(home, line, document):
    line()
    assert [build_snapshot(now=NOW), build_snapshot(now=NOW + timedelta(hours=6))] == [1, 2]
    created = int((NOW + timedelta(hours=6)).timestamp())
    read = document()
    assert (read["version"], read["created"], read["expires"]) == (2, created, created + 35 * 86_400)
    assert read["window"] == {"start": created // 60 - 7 * 1440, "end": created // 60 + 35 * 1440}


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "suspended"},
        {"state": "waiting"},
        {"state": "defunct"},
        {"safety": "pending"},
        {"safety": "do_not_publish"},
        {"kind": "coordination"},
        {"contact": {"withheld": "emergency_number"}},
        {"contact": {"number_kind": "unparsed", "dial": ""}},
    ],
)
def test_what_is_not_for_publication_never_comes_through(home, line, document, changes):
    line(name="The hidden line", **changes)
    shown = line()
    build_snapshot(now=NOW)
    assert [service["id"] for service in document()["services"]] == [str(shown.id)]
    assert "The hidden line" not in json.dumps(document())
    assert document()["countries"]["DK"]["services"] == 1


def test_what_only_staff_may_read_never_comes_through(home, line):
    line(remarks="a remark for staff", contact={"as_stated": "call 116111 now"})
    build_snapshot(now=NOW)
    text = gzip.decompress(store.read_current(home.snapshots).data).decode()
    assert "a remark for staff" not in text
    assert "call 116111 now" not in text


def test_a_withheld_contact_is_left_out_and_the_others_stay(home, line, document):
    service = line()
    Contact.objects.create(service=service, channel="email", dial="x@mlsd.gov.bh", withheld="foreign_email", position=1)
    build_snapshot(now=NOW)
    (read,) = document()["services"]
    assert [contact["channel"] for contact in read["contacts"]] == ["phone"]


@pytest.mark.parametrize(
    ("age", "ok", "there"), [(0, True, True), (89, True, True), (91, True, False), (1, False, False)]
)
def test_a_web_address_is_a_link_for_ninety_days_after_a_good_check(home, line, document, age, ok, there):
    service = line()
    Contact.objects.create(service=service, channel="webchat", dial="https://chat.example/", position=1)
    checked = NOW - timedelta(days=age)
    LinkCheck.objects.create(url="https://chat.example/", checked_at=checked, ok=ok, status="200")
    build_snapshot(now=NOW)
    chats = [each for each in document()["services"][0]["contacts"] if each["channel"] == "webchat"]
    if there:
        assert chats[0]["uri"] == "https://chat.example/"
        assert chats[0]["until"] == int((checked + timedelta(days=90)).timestamp())
    else:
        assert chats == []


def test_a_link_that_runs_out_while_the_snapshot_lives_stops_being_shown(home, line):
    service = line()
    Contact.objects.create(service=service, channel="webchat", dial="https://chat.example/", position=1)
    LinkCheck.objects.create(url="https://chat.example/", checked_at=NOW - timedelta(days=85), ok=True, status="200")
    build_snapshot(now=NOW)

    def channels(now):
        return {each["channel"] for each in ask(home, "country=DK", now)["matches"][0]["contacts"]}

    assert channels(NOW + timedelta(days=4)) == {"phone", "webchat"}
    assert channels(NOW + timedelta(days=6)) == {"phone"}


@pytest.mark.parametrize(("age", "published"), [(0, True), (54, True), (56, False)])
def test_a_website_is_named_only_if_its_check_holds_as_long_as_the_snapshot(home, line, document, age, published):
    line(website="https://line.example/")
    LinkCheck.objects.create(url="https://line.example/", checked_at=NOW - timedelta(days=age), ok=True, status="200")
    build_snapshot(now=NOW)
    assert document()["services"][0]["website"] == ("https://line.example/" if published else "")


def test_a_notice_comes_through_until_it_ends(home, line, document):
    service = line()
    day = timedelta(days=1)
    Notice.objects.create(country="DK", service=service, kind="disrupted", starts_at=NOW - day, ends_at=NOW + day)
    Notice.objects.create(country="DK", service=service, kind="moved", starts_at=NOW - 2 * day, ends_at=NOW - day)
    Notice.objects.create(country="DK", kind="crisis", starts_at=NOW + day, ends_at=NOW + 2 * day)
    build_snapshot(now=NOW)
    read = document()
    moment = int(NOW.timestamp())
    assert read["services"][0]["notices"] == [{"kind": "disrupted", "starts": moment - 86_400, "ends": moment + 86_400}]
    assert [notice["kind"] for notice in read["countries"]["DK"]["notices"]] == ["crisis"]


def test_hours_that_somebody_confirmed_lately_carry_no_doubt(home, line):
    service = line(stage="provider_confirmed", stage_on=date(2026, 11, 1))
    Evidence.objects.create(
        service=service,
        contact=service.contacts.get(),
        field="hours",
        value="Mo-Fr 07:00-26:00; Sa-Su 11:00-24:00",
        stage="provider_confirmed",
        observed_on=date(2026, 11, 1),
    )
    build_snapshot(now=NOW)
    (match,) = ask(home, "country=DK&at=2026-11-28T01:30:00%2B01:00")["matches"]
    assert match["open"] == "open"
    assert "hours_unconfirmed" not in match["cautions"]


def test_one_malformed_record_is_left_out_and_named_and_the_rest_is_published(home, line, document, caplog):
    broken = line(languages=["not a language tag"])
    line()
    logging.getLogger("pop").propagate = True
    try:
        build_snapshot(now=NOW)
    finally:
        logging.getLogger("pop").propagate = False
    assert len(document()["services"]) == 1
    assert str(broken.id) in caplog.text
    assert "not a language tag" not in caplog.text


def test_without_a_key_nothing_is_built_and_the_former_snapshot_stays(home, line):
    line()
    build_snapshot(now=NOW)
    (home.keys / "signing.key").unlink()
    with pytest.raises(KeysError):
        build_snapshot(now=NOW)
    assert store.read_current(home.snapshots).version == 1


def test_a_seed_that_does_not_fit_the_public_key_puts_nothing_in_force(home, line):
    line()
    build_snapshot(now=NOW)
    (home.keys / "signing.key").write_text(SigningKey.generate().encode().hex())
    with pytest.raises(pop_sdk.SnapshotError):
        build_snapshot(now=NOW)
    assert store.read_current(home.snapshots).version == 1


def test_after_a_rotation_the_old_snapshot_and_the_new_one_are_both_good(home, line):
    line()
    build_snapshot(now=NOW)
    seed = signing_seed(home.keys)
    rotate_signing(home.keys)
    assert verify_current(now=NOW).version == 1
    build_snapshot(now=NOW)
    assert verify_current(now=NOW).version == 2
    stored = store.read_current(home.snapshots)
    old = SigningKey(seed).verify_key.encode()
    with pytest.raises(pop_sdk.SnapshotError):
        pop_sdk.load(stored.data, stored.signature, keys=[old], now=int(NOW.timestamp()))


def test_a_stranger_s_key_is_refused(home, line):
    line()
    build_snapshot(now=NOW)
    (home.keys / "signing.pub").write_text(SigningKey.generate().verify_key.encode().hex())
    with pytest.raises(pop_sdk.SnapshotError):
        verify_current(now=NOW)


def test_any_byte_changed_in_either_file_is_found(home, line):
    line()
    build_snapshot(now=NOW)
    for name, places in (("1.json.gz", (0, 9, 400, -1)), ("1.sig", (0, 31, 32, 63))):
        path = home.snapshots / name
        good = path.read_bytes()
        for place in places:
            bad = bytearray(good)
            bad[place] ^= 1
            path.write_bytes(bytes(bad))
            with pytest.raises(pop_sdk.SnapshotError):
                verify_current(now=NOW)
        path.write_bytes(good)
    assert verify_current(now=NOW).services == 1


def test_an_expired_snapshot_is_refused(home, line):
    line()
    build_snapshot(now=NOW)
    assert verify_current(now=NOW + timedelta(days=35, seconds=-1)).version == 1
    with pytest.raises(pop_sdk.SnapshotError):
        verify_current(now=NOW + timedelta(days=35))


def test_a_good_file_under_another_version_s_name_is_refused(home, line):
    line()
    build_snapshot(now=NOW)
    build_snapshot(now=NOW)
    for suffix in ("json.gz", "sig"):
        (home.snapshots / f"2.{suffix}").write_bytes((home.snapshots / f"1.{suffix}").read_bytes())
    with pytest.raises(pop_sdk.SnapshotError):
        verify_current(now=NOW)


def test_a_full_disk_leaves_the_former_snapshot_in_force(home, line, monkeypatch):
    line()
    build_snapshot(now=NOW)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(actions, "put_in_force", full)
    with pytest.raises(OSError, match="No space"):
        build_snapshot(now=NOW)
    assert verify_current(now=NOW).version == 1


def test_without_a_snapshot_it_is_said_that_none_is_current(home, line):
    assert not snapshot_is_current(now=NOW)
    line()
    build_snapshot(now=NOW)
    assert snapshot_is_current(now=NOW)
    assert not snapshot_is_current(now=NOW + timedelta(days=36))
