"""What `pop registry check` finds in the shipped records, and in altered copies of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pop.registry.directory.actions.load import load_registry, load_seed
from pop.registry.directory.models import Contact, LinkCheck, Service
from pop.registry.directory.queries.contradictions import check, conflict_codes, conflicts_by_service
from pop.registry.directory.rules.links import LINK_HOLDS
from tests.registry.directory.seed import Row, altered, rows_of, table

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def found(code: str, **ask: object) -> set[str]:
    """The records in which a code is found, as "KE Childline Kenya"."""
    return {f"{finding.country} {finding.name}" for finding in check(now=NOW, **ask) if finding.code == code}  # type: ignore[arg-type]


# Every trap of the shipped tables, by rule. A rule that stops finding one, or starts finding more, changes this table.
TRAPS = {
    "two_numbers": {
        "HK Parent-Child Support Line (Against Child Abuse)",
        "SA Saudi Child Helpline 116111 (NFSP)",
        "GH Ghana Internet Safety Foundation",
    },
    "foreign_address": {"DZ Je t'écoute 3033 (NADA)"},
    "address_abroad": {"KZ Telefon 150"},
    "hours_impossible": {"LR My Voice, My Safety"},
    "hours_ambiguous": {"LU Kanner-Jugendtelefon"},
    "hours_cut_short": {
        "ET ECFA Adama Child Helpline",
        "MK Alo Bushavko",
        "NP Child Helpline Nepal 1098 (CWIN)",
        "SN Centre GINDDI Allo 116",
    },
    "name_says_247": {"GB Hopeline247 (Papyrus)"},
    "empty_page": {"CN Child Emergency Hotline", "TJ NEKI"},
    "held_back": {"CN Child Emergency Hotline", "TJ NEKI"},
    "coordination": {"LB Higher Council for Childhood"},
    "unparsed_number": {
        "LV Uzticības tālrunis 116 111",
        "NG HDI Nigeria Child Helpline",
        "PW Belau Women's Resource Center",
    },
    "other_number_elsewhere": {
        "BW Childline Botswana",
        "DZ Child Protection 3131",
        "NA LifeLine/ChildLine Namibia",
        "RW Isange One Stop Centre",
        "US National Runaway Safeline",
    },
    "other_hours_elsewhere": {
        "CL Línea Libre",
        "CR PANI Línea 1147",
        "JO JRF 110 Helpline",
        "KH Child Helpline Cambodia",
        "MW Tithandizane Helpline 116",
        "PT SOS Criança e Jovem",
        "UY Línea Azul (INAU)",
    },
    "number_claimed_twice": set(),
    "emergency_short_code": set(),
    "name_says_other_number": set(),
}


def test_every_trap_of_the_shipped_tables_is_found_and_nothing_else():
    load_seed()
    by_code: dict[str, set[str]] = {code: set() for code in TRAPS}
    for finding in check(now=NOW):
        if finding.code in by_code:
            by_code[finding.code].add(f"{finding.country} {finding.name}")
    assert by_code == TRAPS


def test_claims_and_addresses_are_counted_as_the_tables_describe_them():
    load_seed()
    counts = Counter(finding.code for finding in check(now=NOW))
    assert counts["old_claim_24_7"] == 61
    assert counts["old_page"] == 116
    assert counts["plain_http"] == 58
    assert counts["lead"] == 57 + 43
    urls = {row["website"] for row in rows_of("services.csv")} | {row["report_url"] for row in rows_of("hotlines.csv")}
    unchecked = {finding.message.split()[0] for finding in check(now=NOW) if finding.code == "unchecked_link"}
    assert unchecked == urls - {""}


def test_services_for_others_are_listed_with_whom_they_are_for():
    load_seed()
    others = found("not_for_children")
    assert {
        "US Stop It Now!",
        "CO Te Guío",
        "GH Ghana Internet Safety Foundation",
        "IL ERAN",
        "US 988 Suicide & Crisis Lifeline",
    } <= others
    assert "KE Childline Kenya" not in others


def test_a_short_code_is_told_with_where_it_rings_an_ambulance():
    load_seed()
    messages = {f"{f.country} {f.name}": f.message for f in check(now=NOW) if f.code == "short_code_elsewhere"}
    assert "116 is an emergency number of 6 more countries" in messages["KE Childline Kenya"]
    assert "117 is an emergency number of 17 more countries" in messages["CD Tukinge Watoto"]
    assert "next door" in messages["CD Tukinge Watoto"]
    assert "119 is an emergency number of 14 more countries" in messages["FR 119 Allô Enfance en Danger"]


def moved(row: Row) -> Row:
    """The same row under another name and an own source: nothing that we wrote down about it fits any longer."""
    return row | {
        "name": f"{row['name']} (copy)",
        "remarks": "" if "do_not" not in row["remarks"] else "do_not_publish",
    }


BY_RULE_ALONE = (
    *("two_numbers", "foreign_address", "address_abroad", "hours_impossible", "hours_ambiguous", "name_says_247"),
    *("empty_page", "unparsed_number", "held_back"),
)


def test_the_rules_find_the_same_in_a_copy_that_no_fact_of_ours_is_about(tmp_path):
    load_registry(path=altered(tmp_path / "copy.csv", moved))
    for code in BY_RULE_ALONE:
        assert found(code) == {f"{name} (copy)" for name in TRAPS[code]}, code


def test_the_rules_know_no_country_by_name(tmp_path):
    """The traps' rows are filed under countries that have none of them, and are found there."""
    swap = {"DZ": "TN", "GB": "IE", "LR": "GM", "LU": "AT", "HK": "SG", "TJ": "UZ", "SA": "OM"}
    kept = {"DZ": "foreign_address", "GB": "name_says_247", "LR": "hours_impossible", "LU": "hours_ambiguous"}
    kept |= {"HK": "two_numbers", "TJ": "empty_page", "SA": "two_numbers"}

    def change(row: Row) -> Row:
        return moved(row) | {"country": swap.get(row["country"], row["country"])}

    load_registry(path=altered(tmp_path / "copy.csv", change))
    for country, code in kept.items():
        names = {name[3:] for name in TRAPS[code] if name.startswith(country)}
        assert {f"{swap[country]} {name} (copy)" for name in names} <= found(code), (country, code)


def test_one_number_claimed_by_two_bodies_of_one_country_is_found_however_it_is_written(tmp_path):
    rows = (
        {"name": "First", "voice": "0800 724 724", "website": "https://first.example/"},
        {"name": "Second", "voice": "+254800724724", "website": "https://second.example/"},
        {"name": "Same body", "voice": "0800-724-724", "website": "https://www.first.example/help"},
        {"name": "Short", "voice": "1195"},
        {"name": "Short too", "voice": "1195"},
        {"name": "Next door", "voice": "1195", "country": "UG", "timezone": "Africa/Kampala"},
    )
    load_registry(path=table(tmp_path / "t.csv", *rows))
    assert found("number_claimed_twice") == {"KE First", "KE Second", "KE Same body", "KE Short", "KE Short too"}
    about_same = [f.message for f in check(now=NOW) if f.code == "number_claimed_twice" and f.name == "Same body"]
    assert len(about_same) == 1
    assert "Second" in about_same[0]


def test_two_regions_may_share_a_short_code(tmp_path):
    header_less = {"voice": "102", "country": "AR", "timezone": "America/Argentina/Buenos_Aires"}
    load_registry(path=table(tmp_path / "t.csv", header_less | {"name": "Salta"}, header_less | {"name": "Chaco"}))
    assert len(found("number_claimed_twice")) == 2
    for name, code in (("Salta", "AR-A"), ("Chaco", "AR-H")):
        Service.objects.filter(name=name).update(subdivisions=[code])
    assert found("number_claimed_twice") == set()


def test_a_short_code_that_is_an_emergency_number_of_its_own_country_is_found(tmp_path):
    load_seed()
    load_registry(
        path=table(tmp_path / "t.csv", {"name": "Amahoro", "voice": "112"}, {"name": "Other", "voice": "1195"})
    )
    assert found("emergency_short_code") == {"KE Amahoro"}


def test_a_name_that_holds_another_number_than_its_contacts_is_found(tmp_path):
    rows = (
        {"name": "Helpline 1196", "voice": "1195"},
        {"name": "Helpline 1 195", "voice": "1195"},
        {"name": "0800 What's Up?", "voice": "+254800724724"},
        {"name": "Line 24/7", "voice": "1197"},
    )
    load_registry(path=table(tmp_path / "t.csv", *rows))
    assert found("name_says_other_number") == {"KE Helpline 1196"}


def test_a_number_of_another_country_is_found(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {"name": "Abroad", "voice": "+442071234567"}, {"name": "Home"}))
    assert found("foreign_address") == {"KE Abroad"}


def test_a_record_that_is_made_whole_is_found_no_longer(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {"email": "help@ministry.gov.bh", "website": "http://line.example/"}))
    assert found("foreign_address")
    Contact.objects.filter(channel="email").update(dial="help@line.co.ke")
    assert not found("foreign_address")
    assert found("unchecked_link")
    LinkCheck.objects.create(url="http://line.example/", checked_at=NOW - timedelta(days=89), ok=True, status="200")
    assert not found("unchecked_link")
    LinkCheck.objects.update(checked_at=NOW - LINK_HOLDS)
    assert found("unchecked_link")


def test_records_that_are_closed_for_good_are_left_out():
    load_seed()
    Service.objects.filter(country="DZ").update(state="defunct")
    assert not found("foreign_address")


def test_one_country_is_asked_for_alone():
    load_seed()
    assert {finding.country for finding in check(country="DZ", now=NOW)} == {"DZ"}


def test_readers_are_warned_of_contradictions_and_not_of_everything():
    load_seed()
    codes = conflict_codes(now=NOW)
    algeria = Service.objects.get(name="Je t'écoute 3033 (NADA)")
    kenya = Service.objects.get(name="Childline Kenya")
    assert codes[algeria.id] == ("foreign_address",)
    assert kenya.id not in codes
    assert conflict_codes([kenya.id], levels=("doubt",), now=NOW) == {kenya.id: ("old_claim_24_7",)}
    assert set(conflicts_by_service([algeria.id], now=NOW)) == {algeria.id}
    assert conflicts_by_service([algeria.id], now=NOW)[algeria.id] == conflicts_by_service(now=NOW)[algeria.id]


def test_all_findings_take_a_handful_of_queries_however_many_services():
    load_seed()
    with CaptureQueriesContext(connection) as queries:
        check(now=NOW)
    assert len(queries) <= 6


def test_every_finding_names_the_thing_in_one_line():
    load_seed()
    for finding in check(now=NOW):
        assert str(finding).startswith(f"{finding.country} {finding.name}: {finding.code}: ")
        assert "\n" not in str(finding)
        assert len(finding.message) > 15
