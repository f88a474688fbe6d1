"""What a check says of a web address."""

from __future__ import annotations

import pytest

from pop.registry.directory.rules.links import Fetched, is_public_address, judge, same_hands, secure_first


@pytest.mark.parametrize(
    ("url", "fetched", "ok", "status"),
    [
        ("https://line.example/", Fetched(200, "", "https://line.example/"), True, "200"),
        ("http://line.example/", Fetched(204, "", "https://www.line.example/en"), True, "204"),
        ("https://line.example/", Fetched(404, "", "https://line.example/"), False, "404"),
        ("https://line.example/", Fetched(403, "", "https://line.example/"), False, "403"),
        ("https://line.example/", Fetched(503, "", "https://line.example/"), False, "503"),
        ("https://line.example/", Fetched(200, "", "https://domains-for-sale.example.net/"), False, "moved"),
        ("https://kind.org.uk/", Fetched(200, "", "https://other.org.uk/"), False, "moved"),
        ("https://line.example/", Fetched(0, "tls", "https://line.example/"), False, "tls"),
    ],
)
def test_an_address_is_good_if_it_answers_in_the_same_hands(url, fetched, ok, status):
    assert judge(url, fetched) == (ok, status)


def test_the_encrypted_address_is_asked_for_first():
    assert secure_first("http://line.example/a") == ["https://line.example/a", "http://line.example/a"]
    assert secure_first("https://line.example/a") == ["https://line.example/a"]


def test_no_host_is_in_nobodys_hands():
    assert not same_hands("https:///", "https:///")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.8", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::169.254.169.254", False),
        ("64:ff9b::93.184.216.34", True),
        ("64:ff9b:1::10.0.0.8", False),
        ("2002:7f00:1::", False),
        ("2002:5db8:d822::1", True),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("fec0::1", False),
        ("not an address", False),
    ],
)
def test_only_the_open_internet_is_public(address, public):
    assert is_public_address(address) is public
