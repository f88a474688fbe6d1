"""Loading, and loading again."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from django.db import connection
from django.db.models import F

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.registry.directory.actions.load import load_registry, load_seed
from pop.registry.directory.models import (
    Change,
    Contact,
    EmergencyNumber,
    Evidence,
    Organisation,
    Service,
    Task,
)
from pop.registry.directory.rules.publication import reaches_children
from tests.registry.directory.seed import SEED, altered, rows_of, table

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

MODELS = (Organisation, Service, Contact, Evidence, Change, Task, EmergencyNumber, AuditRow, OutboxRow)


def everything() -> list[list[tuple[object, ...]]]:
    """Every row of every table that a load may write, as it is."""
    return [list(model.objects.order_by("pk").values_list()) for model in MODELS]


def seen_by_children() -> set[str]:
    return {
        f"{service.country} {service.name}"
        for service in Service.objects.all()
        if reaches_children(service.state, service.safety, service.audience, service.kind)
    }


def test_the_seed_is_loaded_whole_and_a_second_time_changes_nothing():
    first = load_seed()
    assert (first.created, first.refused, first.warnings, first.conflicts, first.waiting) == (246, [], [], 0, 0)
    assert (Service.objects.count(), EmergencyNumber.objects.count()) == (246, 816)
    before = everything()
    second = load_seed()
    assert (second.created, second.changed, second.unchanged, second.emergency_written) == (0, 0, 246, 0)
    assert everything() == before


def test_kenyas_line_has_its_short_code_with_what_is_known_of_it():
    load_seed()
    service = Service.objects.get(country="KE", name="Childline Kenya")
    assert (service.state, service.safety, service.stage, service.stage_on) == (
        "published",
        "clear",
        "directory_listed",
        date(2022, 5, 12),
    )
    assert service.audience == ["child"]
    phone = service.contacts.get(channel="phone")
    assert (phone.dial, phone.number_kind, phone.e164, phone.hours) == ("116", "short", "", "24/7")
    assert (phone.from_abroad, phone.leaves_trace) == (False, True)
    offered = service.contacts.get(channel="whatsapp")
    assert (offered.dial, offered.withheld) == ("", "no_address")
    observed = {evidence.field: evidence for evidence in service.evidence.filter(contact=phone)}
    assert observed["hours"].source == service.source
    assert observed["hours"].observed_on == date(2022, 5, 12)
    assert observed["from_abroad"].source.startswith("numbering plan")


def test_denmarks_night_is_kept_as_its_source_has_it():
    load_seed()
    phone = Contact.objects.get(service__country="DK", channel="phone")
    assert phone.hours == phone.hours_source == "Mo-Fr 07:00-26:00, Sa,Su 11:00-24:00"
    assert phone.service.timezone == "Europe/Copenhagen"


def test_a_semicolon_after_a_night_becomes_a_comma_and_the_rule_is_recorded(tmp_path):
    stated = "Mo-Fr 07:00-26:00; Sa-Su 11:00-24:00"
    load_registry(path=table(tmp_path / "t.csv", {"opening_hours": stated}))
    phone = Contact.objects.get()
    assert phone.hours_source == stated
    assert ";" not in phone.hours
    assert phone.hours_rule == "comma_after_overnight"


def test_hours_that_cannot_be_read_are_unknown_and_their_words_are_kept():
    load_seed()
    for country, rule in (("LR", "hours_impossible"), ("LU", "hours_ambiguous")):
        phone = Contact.objects.filter(service__country=country, channel="phone").first()
        assert phone is not None
        assert (phone.hours, phone.hours_rule) == ("", rule)
        assert phone.hours_source


def test_who_must_not_reach_a_child_does_not():
    load_seed()
    seen = seen_by_children()
    for name in (
        "US Stop It Now!",
        "CO Te Guío",
        "LB Higher Council for Childhood",
        "GH Ghana Internet Safety Foundation",
        "IL ERAN",
        "CN Child Emergency Hotline",
        "TJ NEKI",
        "US 988 Suicide & Crisis Lifeline",
    ):
        assert name not in seen
        assert Service.objects.filter(country=name[:2], name=name[3:]).exists()
    assert "KE Childline Kenya" in seen
    assert "US The Trevor Project" in seen


def test_one_copy_of_the_services_alone_keeps_them_from_children_too(tmp_path):
    shutil.copy(SEED / "services.csv", tmp_path / "other name.csv")
    load_registry(path=tmp_path / "other name.csv")
    assert "US Stop It Now!" not in seen_by_children()
    assert Service.objects.count() == 203


def test_a_body_for_other_people_stays_theirs_under_another_country(tmp_path):
    load_registry(
        path=altered(
            tmp_path / "t.csv", lambda row: row | {"country": {"US": "CA"}.get(row["country"], row["country"])}
        )
    )
    assert Service.objects.get(name="Stop It Now!").audience == ["own_behaviour"]


def test_facts_become_fields_with_the_evidence_of_their_page():
    load_seed()
    beat = Service.objects.get(name="BEAT")
    assert beat.topics == ["eating"]
    assert {tuple(contact.subdivisions) for contact in beat.contacts.filter(channel="phone")} == {
        ("GB-ENG",),
        ("GB-SCT",),
        ("GB-WLS",),
        ("GB-NIR",),
    }
    tinkle = Service.objects.get(name="Tinkle Friend")
    assert (tinkle.age_min, tinkle.age_max) == (7, 12)
    seen = tinkle.evidence.get(field="age_max")
    assert (seen.value, seen.source, seen.observed_on) == ("12", tinkle.source, tinkle.stage_on)
    estonia = {contact.as_stated: contact for contact in Contact.objects.filter(service__name="Lasteabi")}
    assert estonia["116111"].alternative == "+3726004434"
    assert (estonia["+3726004434"].from_abroad, estonia["+3726004434"].free) == (True, False)


def test_a_language_with_hours_of_its_own_is_a_contact_of_its_own():
    load_seed()
    poland = list(Contact.objects.filter(service__country="PL", channel="phone").order_by("position"))
    assert [(phone.dial, phone.languages, phone.hours) for phone in poland] == [
        ("116111", ["pl"], "24/7"),
        ("116111", ["uk", "ru"], "14:00-24:00"),
    ]
    assert Service.objects.get(name="2NDFLOOR Youth Helpline").languages == ["en", "es"]


def test_a_website_is_a_contact_only_where_it_is_said_to_be_a_chat_or_takes_reports():
    load_seed()
    chat = Contact.objects.get(service__name="Kellimni.com")
    assert (chat.channel, chat.dial, chat.hours) == ("webchat", "https://kellimni.com/", "24/7")
    form = Contact.objects.get(service__name="Internet Watch Foundation")
    assert (form.channel, form.dial, form.service.kind) == ("form", "https://report.iwf.org.uk/en", "hotline")
    assert form.service.topics == ["report_content"]
    assert not Contact.objects.filter(service__name="Childline Kenya", dial__startswith="http").exists()


def test_another_countrys_address_and_a_number_that_is_none_are_kept_from_children():
    load_seed()
    assert Contact.objects.get(dial="998@mlsd.gov.bh").withheld == "foreign_email"
    assert Contact.objects.get(as_stated="+6807672452").withheld == "unparsed_number"
    assert Contact.objects.get(dial="soyuzkz@rambler.ru").withheld == ""


def test_a_load_moves_its_rows_in_a_handful_of_statements():
    writes: list[str] = []

    def watch(execute, sql, params, many, context):
        if sql.startswith(("INSERT INTO", "UPDATE", "DELETE")) and "stage_" not in sql.split("(")[0]:
            writes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        load_seed()
    assert Evidence.objects.count() > 2000
    assert len(writes) < 12  # however many rows: the write lock is not held while Python makes them


def test_ids_come_from_the_country_and_the_name_and_stay(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    service = Service.objects.get()
    # Public for ever: who changes this breaks every link to a service.
    assert (str(service.id), service.source_key) == ("508c55e6-57b1-5cad-8465-2fafc6f77fec", "KE|Childline Kenya")
    ids = (service.id, service.contacts.get().id)
    for model in MODELS[:5][::-1]:
        model.objects.all().delete()
    load_registry(path=table(tmp_path / "t.csv", {"languages": "sw", "status": "desk_checked"}))
    again = Service.objects.get()
    assert (again.id, again.contacts.get().id) == ids


def test_a_newer_table_replaces_what_an_older_one_said_and_keeps_the_history(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    OutboxRow.objects.all().delete()
    newer = {"languages": "en,sw", "opening_hours": "Mo-Fr 08:00-20:00", "source_modified": "2026-10-01"}
    report = load_registry(path=table(tmp_path / "t.csv", newer))
    assert (report.changed, report.conflicts) == (1, 0)
    service = Service.objects.get()
    assert (service.languages, service.stage_on) == (["en", "sw"], date(2026, 10, 1))
    assert service.contacts.get().hours == "Mo-Fr 08:00-20:00"
    changed = {change.field: (change.before, change.after) for change in Change.objects.filter(via="load")}
    assert changed["languages"] == ("en", "en sw")
    assert changed["hours"] == ("24/7", "Mo-Fr 08:00-20:00")
    assert [row.payload for row in OutboxRow.objects.all()] == [{"countries": ["KE"]}]
    assert Evidence.objects.filter(field="hours").count() == 2
    assert AuditRow.objects.filter(action="load_registry").count() == 2


def test_an_older_table_replaces_nothing_and_opens_one_task(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    older = {"languages": "sw", "source_modified": "2020-01-01"}
    report = load_registry(path=table(tmp_path / "t.csv", older))
    assert report.conflicts == 1
    assert Service.objects.get().languages == ["en"]
    task = Task.objects.get(kind="load_conflict")
    assert (task.detail["field"], task.detail["current"], task.detail["incoming"]) == ("languages", "en", "sw")


@pytest.mark.parametrize("decided", [False, True])
def test_what_somebody_checked_is_never_overwritten_and_the_question_is_asked_once(tmp_path, decided):
    load_registry(path=table(tmp_path / "t.csv", {}))
    service = Service.objects.get()
    phone = service.contacts.get()
    phone.hours = phone.hours_source = "Mo-Fr 09:00-17:00"
    phone.save()
    Evidence.objects.create(
        service=service,
        contact=phone,
        field="hours",
        value="Mo-Fr 09:00-17:00",
        observed_on=date(2024, 1, 1),  # older than the table, and yet a person asked
        stage="provider_confirmed",
    )
    path = table(tmp_path / "t.csv", {})
    assert load_registry(path=path).conflicts == 1
    if decided:
        Task.objects.update(state="done", outcome="kept")
    assert load_registry(path=path).conflicts == 0
    assert Task.objects.filter(kind="load_conflict").count() == 1
    assert Contact.objects.get().hours == "Mo-Fr 09:00-17:00"


def test_a_value_that_nobody_can_account_for_is_not_overwritten(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    Evidence.objects.filter(field="languages").delete()
    Service.objects.update(languages=["sw"])
    assert load_registry(path=table(tmp_path / "t.csv", {})).conflicts == 1
    assert Service.objects.get().languages == ["sw"]


def test_a_number_that_somebody_changed_is_not_brought_back_by_a_new_one_of_the_table(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    phone = Contact.objects.get()
    phone.dial = "117"
    phone.save()
    Evidence.objects.create(
        service=phone.service,
        contact=phone,
        field="dial",
        value="117",
        observed_on=date(2026, 9, 1),
        stage="desk_checked",
    )
    report = load_registry(path=table(tmp_path / "t.csv", {"voice": "118"}))
    assert [contact.dial for contact in Contact.objects.filter(withheld="")] == ["117"]
    assert {task.detail["field"] for task in Task.objects.all()} == {"contact"}
    assert report.conflicts == Task.objects.count()


def test_a_contact_that_its_source_no_longer_names_is_kept_from_children_and_comes_back(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {"voice": "116;0800724724"}))
    load_registry(path=table(tmp_path / "t.csv", {"voice": "116"}))
    assert {contact.as_stated: contact.withheld for contact in Contact.objects.all()} == {
        "116": "",
        "0800724724": "not_in_source",
    }
    load_registry(path=table(tmp_path / "t.csv", {"voice": "116;0800724724"}))
    assert set(Contact.objects.values_list("withheld", flat=True)) == {""}


def test_what_a_person_decided_about_a_contact_stays(tmp_path):
    path = table(tmp_path / "t.csv", {})
    load_registry(path=path)
    phone = Contact.objects.get()
    Contact.objects.update(withheld="other")
    Change.objects.create(
        service=phone.service, contact_id=phone.id, field="withheld", after="other", via="apply_proposal"
    )
    load_registry(path=path)
    assert Contact.objects.get().withheld == "other"


def test_a_page_that_is_emptied_is_held_back_and_a_page_that_is_filled_is_for_a_person(tmp_path):
    empty = {"languages": "", "opening_hours": "", "website": "", "email": ""}
    load_registry(path=table(tmp_path / "t.csv", {}))
    load_registry(path=table(tmp_path / "t.csv", empty | {"source_modified": "2026-06-01"}))
    assert Service.objects.get().safety == "empty_page"
    report = load_registry(path=table(tmp_path / "t.csv", {"source_modified": "2026-07-01"}))
    assert Service.objects.get().safety == "empty_page"
    assert report.conflicts == 1


def test_a_service_that_nobody_vouches_for_waits(tmp_path):
    report = load_registry(path=table(tmp_path / "t.csv", {"listed_by": "", "source_url": ""}))
    assert report.waiting == 1
    assert Service.objects.get().state == "waiting"
    assert Task.objects.get().kind == "new_service"
    load_registry(path=table(tmp_path / "t.csv", {"listed_by": "", "source_url": ""}))
    assert Task.objects.count() == 1


def test_rows_that_are_gone_from_the_table_are_not_deleted(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}, {"country": "UG", "name": "Sauti", "timezone": "Africa/Kampala"}))
    before = everything()
    load_registry(path=table(tmp_path / "t.csv", {}))
    assert everything() == before


@pytest.mark.parametrize("state", ["suspended", "defunct"])
def test_a_load_opens_nothing_that_was_closed(tmp_path, state):
    load_registry(path=table(tmp_path / "t.csv", {}))
    Service.objects.update(state=state)
    load_registry(path=table(tmp_path / "t.csv", {"languages": "en,sw", "source_modified": "2026-11-01"}))
    assert Service.objects.get().state == state


def test_a_stage_that_was_reached_is_not_taken_back(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    Service.objects.update(stage="test_contacted", stage_on=date(2026, 8, 1))
    load_registry(path=table(tmp_path / "t.csv", {"source_modified": "2026-11-01"}))
    assert Service.objects.values_list("stage", "stage_on").get() == ("test_contacted", date(2026, 8, 1))


def test_emergency_numbers_are_corrected_by_a_newer_table_only(tmp_path):
    header = "country,dial,kind,evidence,source,observed_on\n"
    path = tmp_path / "e.csv"
    path.write_text(header + "KE,112,general,two sources agree,a list,2026-01-01\n")
    load_registry(path=path)
    path.write_text(header + "KE,112,police,two sources agree,a list,2026-02-01\nKE,999,police,two sources agree,b,\n")
    load_registry(path=path)
    shown = EmergencyNumber.objects.filter(country="KE", rank__gt=0).values_list("dial", "kind", "rank")
    assert list(shown) == [("112", "any", 1), ("999", "police", 2)]
    path.write_text(header + "KE,911,general,two sources agree,a list,2025-01-01\n")
    for _ in range(2):
        load_registry(path=path)
    assert list(EmergencyNumber.objects.values_list("dial", flat=True)) == ["112", "999"]
    assert Task.objects.get().detail == {
        "field": "emergency",
        "country": "KE",
        "current": "112 999",
        "incoming": "911",
    }


def test_no_country_has_an_emergency_number_that_the_table_does_not_give_it():
    load_seed()
    listed = {(row["country"], row["dial"]) for row in rows_of("emergency.csv")}
    shown = set(EmergencyNumber.objects.filter(rank__gt=0).values_list("country", "dial"))
    assert shown <= listed
    assert not EmergencyNumber.objects.filter(rank__gt=0, stage="unconfirmed").exists()
    assert not EmergencyNumber.objects.filter(country__in=("AM", "UG", "ZA"), rank__gt=0).exists()


def test_a_source_key_is_the_first_name_also_after_staff_gave_another(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    service = Service.objects.get()
    Service.objects.update(name="Childline Kenya 116")
    Evidence.objects.create(service=service, field="name", value="Childline Kenya 116", stage="provider_confirmed")
    load_registry(path=table(tmp_path / "t.csv", {}))
    assert Service.objects.get().name == "Childline Kenya 116"
    assert Task.objects.get().detail["field"] == "name"


def test_changed_records_say_when_they_changed(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {}))
    load_registry(path=table(tmp_path / "t.csv", {"languages": "sw", "source_modified": "2026-11-01"}))
    assert Service.objects.filter(changed_at__gt=F("created_at")).exists()
