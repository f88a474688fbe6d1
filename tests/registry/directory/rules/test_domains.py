"""Whose country an internet name is."""

from __future__ import annotations

import pytest

from pop.registry.directory.rules.domains import country_of, foreign, host_of, registrable
from tests.registry.directory.seed import rows_of


@pytest.mark.parametrize(
    ("address", "country", "website", "how"),
    [
        ("998@mlsd.gov.bh", "DZ", "http://www.nada-dz.org", "foreign"),
        ("help@ministry.gov.bh", "DZ", "https://ministry.gov.bh/", "foreign"),  # a government is never a charity
        ("998@mlsd.gov.bh", "BH", "", ""),
        ("soyuzkz@rambler.ru", "KZ", "http://www.telefon150.kz/", "mail_company"),
        ("line@yahoo.co.uk", "KE", "", "mail_company"),
        ("line@gmail.com", "KE", "", ""),
        ("info@warchild.org.uk", "CD", "https://www.warchild.org.uk/", "same_body"),
        ("info@warchild.org.uk", "CD", "https://tukinge.example/", "foreign"),
        ("help@childline.co.ke", "KE", "", ""),
        ("help@kinder.ch", "LI", "", "foreign"),
        ("aide@enfance.fr", "RE", "", ""),  # the same state
        ("info@line.gi", "GI", "", ""),
        ("info@131.aw", "AW", "", ""),
        ("info@something.co", "KE", "", ""),  # sold to everybody
        ("info@mincit.gov.co", "KE", "", "foreign"),  # but nobody buys a government
        ("info@xn--80ak6aa92e.xn--p1ai", "KE", "", ""),
        ("", "KE", "", ""),
        ("no address", "KE", "", ""),
    ],
)
def test_an_address_is_foreign_only_where_nothing_else_explains_it(address, country, website, how):
    assert foreign(address, country, website) == how


def test_of_all_shipped_services_one_carries_another_countrys_address():
    found = {
        (row["country"], row["email"]): how
        for row in rows_of("services.csv")
        if (how := foreign(row["email"], row["country"], row["website"]))
    }
    assert found == {("DZ", "998@mlsd.gov.bh"): "foreign", ("KZ", "soyuzkz@rambler.ru"): "mail_company"}


@pytest.mark.parametrize(
    ("host", "part"),
    [
        ("www.childline.org.uk", "childline.org.uk"),
        ("help.kind.example", "kind.example"),
        ("kind.example", "kind.example"),
        ("sauti.mglsd.go.ug", "mglsd.go.ug"),
        ("a.b.c.co.ke", "c.co.ke"),
    ],
)
def test_the_rented_part_of_a_name_leaves_out_what_stands_before_it(host, part):
    assert registrable(host) == part


def test_a_host_is_read_from_web_and_mail_addresses():
    assert host_of("https://www.Childline.org.uk/a?b@c") == "www.childline.org.uk"
    assert host_of("Help@Line.ke") == "line.ke"
    assert host_of("http://[broken") == ""
    assert country_of("x.uk") == "GB"
    assert country_of("x.zz") == ""
