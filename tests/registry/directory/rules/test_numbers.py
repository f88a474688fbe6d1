"""Numbers as real directories write them, read by the numbering plans."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.places.countries import codes
from pop.registry.directory.rules.numbers import emergency_in, plain, read_number

SEED = Path(__file__).resolve().parents[4] / "pop" / "registry" / "directory" / "seed" / "services.csv"


@pytest.mark.parametrize(
    ("country", "text", "dial", "uri", "e164", "from_abroad", "free"),
    [
        # Fixed and mobile: the + form is right everywhere.
        ("BW", "3900900", "390 0900", "tel:+2673900900", "+2673900900", True, None),
        ("HK", "27551122", "2755 1122", "tel:+85227551122", "+85227551122", True, None),
        ("DO", "8096363507", "809-636-3507", "tel:+18096363507", "+18096363507", True, None),
        ("MU", "2142451", "214 2451", "tel:+2302142451", "+2302142451", True, None),
        ("LR", "+231886521443", "088 652 1443", "tel:+231886521443", "+231886521443", True, None),
        ("GB", "+44 (0)20 7946 0018", "020 7946 0018", "tel:+442079460018", "+442079460018", True, None),
        # Toll-free: dialled as inside the country, whether the source wrote + or not.
        ("AM", "080061111", "0 800 61 111", "tel:080061111", "+37480061111", None, True),
        ("NZ", "+648009428787", "0800 942 8787", "tel:08009428787", "+648009428787", None, True),
        ("JP", "0120997777", "0120-997-777", "tel:0120997777", "+81120997777", None, True),
        ("AE", "800700", "800 700", "tel:800700", "+971800700", None, True),
        ("SG", "18002744788", "1800 274 4788", "tel:18002744788", "+6518002744788", None, True),
        ("EC", "1800112112", "1800 112 112", "tel:1800112112", "+5931800112112", None, True),
        ("CO", "018005190690", "01-800-5190690", "tel:018005190690", "+5718005190690", None, True),
        ("GB", "08001111", "0800 1111", "tel:08001111", "+448001111", None, True),
        ("SI", "0801155", "080 1155", "tel:0801155", "+386801155", None, True),
        # The plan itself says: not from abroad.
        ("AU", "1800551800", "1800 551 800", "tel:1800551800", "+611800551800", False, True),
        ("IN", "180089 14416", "1800 891 4416", "tel:18008914416", "+9118008914416", False, True),
        ("HU", "+3680984590", "06 80 984 590", "tel:0680984590", "+3680984590", False, True),
        # Calling code 1: a landline wants the leading 1; Trinidad's own seven digits stay what people dial there.
        ("US", "8882222228", "1-888-222-2228", "tel:18882222228", "+18882222228", None, True),
        ("CA", "18006686868", "1-800-668-6868", "tel:18006686868", "+18006686868", None, True),
        ("JM", "8887768328", "1-888-776-8328", "tel:18887768328", "+18887768328", None, True),
        ("TT", "8004321", "800-4321", "tel:8004321", "+18688004321", None, True),
        # A company's one number for the whole country.
        ("ID", "1500771", "1 500 771", "tel:1500771", "+621500771", None, None),
        # A number of another country is shown with its country.
        ("PS", "+972594040121", "+972 59-404-0121", "tel:+972594040121", "+972594040121", True, None),
        ("NL", "09001234567", "0900 1234567", "tel:09001234567", "+319001234567", None, False),
    ],
)
def test_full_numbers_are_read_by_their_plan(country, text, dial, uri, e164, from_abroad, free):
    number = read_number(text, country)
    assert (number.kind, number.dial, number.uri, number.e164) == ("full", dial, uri, e164)
    assert (number.from_abroad, number.free, number.vanity) == (from_abroad, free, False)
    assert number.as_stated == text


@pytest.mark.parametrize(
    ("country", "text", "free"),
    [
        ("KE", "116", True),
        ("GB", "116111", True),
        ("DE", "116 111", True),
        ("BW", "11611", None),  # cut or not: nobody but Botswana can say; it is dialled as it stands
        ("TT", "131", None),
        ("CN", "12355", None),
        ("AZ", "116111", None),  # in no list yet
        ("BF", "116", None),
        ("DZ", "3033", None),
        ("GI", "8008", True),
        ("US", "988", True),
        ("VU", "087777", None),  # no trunk prefix in Vanuatu, so the zero is a part of it
        ("KE", "١١٦", True),
    ],
)
def test_a_short_code_never_becomes_e164(country: str, text: str, free: bool | None):
    number = read_number(text, country)
    digits = plain(text).replace(" ", "")
    assert (number.kind, number.e164, number.dial, number.uri) == ("short", "", digits, f"tel:{digits}")
    assert (number.from_abroad, number.free) == (False, free)


@pytest.mark.parametrize(
    ("country", "text", "dial", "uri"),
    [
        ("JM", "888-SAFE-SPOT", "1-888-723-3776", "tel:18887233776"),  # eight letters: an exchange ignores the last
        ("US", "1-800-4-A-CHILD", "1-800-422-4453", "tel:18004224453"),
        ("US", "1-800-RUNAWAY", "1-800-786-2929", "tel:18007862929"),
        ("US", "1-888-504-MOCA", "1-888-504-6622", "tel:18885046622"),
        ("US", "1-888-PREVENT", "1-888-773-8368", "tel:18887738368"),
        ("AU", "1800 RESPEC", "1800 737 732", "tel:1800737732"),
    ],
)
def test_letters_become_digits_where_the_result_is_a_number(country: str, text: str, dial: str, uri: str):
    number = read_number(text, country)
    assert (number.kind, number.vanity, number.dial, number.uri) == ("full", True, dial, uri)


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("LV", "8006008"),  # a digit short of Latvia's plan
        ("NG", "+23414535717"),  # Lagos landlines have a longer code now
        ("PW", "+6807672452"),
        ("SA", "9661 252 0088"),
        ("GB", "080011"),  # begins with the trunk prefix: a number cut short, not a code
        ("HK", "2755 1122 / 116 111"),
        ("KE", "116;117"),
        ("KE", "+254 116"),  # a code forced into E.164 by its source
        ("KE", "call 116"),
        ("KE", "CALL ME"),
        ("DE", "0800-RATAUF"),
        ("AU", "1800 RESPECT"),  # a letter too many, and only where the calling code is 1 may one be cut
        ("KE", "1²6"),
        ("KE", ""),
        ("KE", "+"),
        ("KE", "\x00"),
        ("KE", "1" * 61),
        ("ZZ", "116"),  # a number never travels without its country
        ("", "116"),
    ],
)
def test_what_is_no_number_is_unparsed_and_has_nothing_to_dial(country: str, text: str):
    number = read_number(text, country)
    assert (number.kind, number.dial, number.uri, number.e164) == ("unparsed", "", "", "")
    assert (number.from_abroad, number.free) == (None, None)


def test_of_the_real_registry_three_numbers_cannot_be_read():
    with SEED.open(encoding="utf-8", newline="") as file:
        stated = [(row["country"], text) for row in csv.DictReader(file) for text in row["voice"].split(";") if text]
    unread = {(country, text) for country, text in stated if read_number(text, country).kind == "unparsed"}
    assert unread == {("LV", "8006008"), ("NG", "+23414535717"), ("PW", "+6807672452")}
    assert len(stated) > 200


def test_every_link_of_the_real_registry_dials_exactly_one_number():
    with SEED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for text in filter(None, row["voice"].split(";")):
                number = read_number(text, row["country"])
                if number.kind == "unparsed":
                    continue
                assert number.uri.removeprefix("tel:").removeprefix("+").isdigit()
                again = read_number(number.dial, row["country"])
                assert (again.uri, again.e164) == (number.uri, number.e164), "what is shown must be what is dialled"


@given(st.text(max_size=70), st.sampled_from(["KE", "US", "VU", "ZZ", ""]))
def test_reading_a_number_never_raises_and_never_dials_what_it_could_not_read(text: str, country: str):
    number = read_number(text, country)
    assert (number.kind == "unparsed") == (number.uri == "")
    assert number.kind == "full" or number.e164 == ""


@given(st.text("0123456789+-() .", max_size=18), st.sampled_from(sorted(codes())))
def test_reading_digits_in_any_country_never_raises(text: str, country: str):
    number = read_number(text, country)
    assert number.uri == "" or number.uri.removeprefix("tel:").removeprefix("+").isascii()


def test_an_emergency_code_is_found_in_the_table_or_in_the_plan():
    table = {"AD": ["110", "116"], "GM": ["116"]}
    assert emergency_in("AD", "116", table)
    assert emergency_in("GM", "116", table)
    assert not emergency_in("KE", "116", table)  # an ambulance next door is a helpline here
    assert emergency_in("US", "911", {})
    assert emergency_in("KE", "999")
    assert not emergency_in("AD", "147", table)
    assert not emergency_in("AD", "", table)
    assert not emergency_in("ZZ", "116", table)


def test_blanks_dashes_and_digits_of_any_script_are_read_as_their_plain_kin():
    assert plain(" ＋٣٦\u00a0‑\u200f5 ") == "+36 - 5"
