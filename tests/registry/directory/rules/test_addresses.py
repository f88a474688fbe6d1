"""The link behind a contact: it rings the number that is shown, or there is none."""

from __future__ import annotations

import pytest

from pop.registry.directory.rules.addresses import address_of


@pytest.mark.parametrize(
    ("channel", "country", "dial", "e164", "body", "uri"),
    [
        ("phone", "KE", "116", "", "", "tel:116"),
        ("phone", "GB", "0800 1111", "+448001111", "", "tel:08001111"),
        ("phone", "DE", "030 123456", "+4930123456", "", "tel:+4930123456"),
        ("relay_text", "KE", "116", "", "", "tel:116"),
        ("sms", "KE", "0722 178177", "+254722178177", "", "sms:+254722178177"),
        ("sms", "US", "20121", "", "VOICE", "sms:20121?body=VOICE"),
        ("whatsapp", "CO", "+573148210435", "+573148210435", "", "https://wa.me/573148210435"),
        ("viber", "CO", "+573148210435", "+573148210435", "", "viber://chat?number=%2B573148210435"),
        ("telegram", "UA", "helpline_bot", "", "", "https://t.me/helpline_bot"),
        ("email", "DK", "help@line.example", "", "", "mailto:help@line.example"),
    ],
)
def test_a_contact_has_the_link_of_its_channel(channel, country, dial, e164, body, uri):
    assert address_of(channel, country, dial, e164, body) == (uri, "")


@pytest.mark.parametrize(
    ("channel", "dial", "e164"),
    [
        ("phone", "", ""),
        ("phone", "call us", ""),
        ("phone", "2755 1122 / 116 111", ""),
        ("phone", "0722 178177", "+254722178178"),  # the two columns tell different numbers
        ("phone", "116", "+254116"),
        ("sms", "0722 178177", "+254722178178"),
        ("sms", "javascript:alert(1)", ""),
        ("whatsapp", "116", ""),
        ("telegram", "not a handle", ""),
        ("email", "nobody", ""),
        ("in_person", "12 Secret Road", ""),
        ("in_person", "https://shelter.example/", ""),
        ("unheard_of", "116", ""),
    ],
)
def test_what_cannot_be_read_in_one_way_has_no_link(channel, dial, e164):
    assert address_of(channel, "KE", dial, e164, "").uri == ""


@pytest.mark.parametrize("channel", ["webchat", "forum", "form", "app", "messenger", "instagram", "telegram"])
def test_a_web_address_hangs_on_its_check(channel):
    address = "https://chat.example/room?lang=en"
    assert address_of(channel, "KE", address, "", "") == (address, address)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://chat.example/",
        "//chat.example/",
        "chat.example",
        "https://",
        "https://localhost/",
        "https://chat.example/ x",
        "https://chat.example/\n",
        'https://chat.example/"><script>',
        "https://bank.example@evil.example/",
        "https://chät.example/",
        "https://chat.example/" + "a" * 300,
    ],
)
def test_no_other_text_becomes_a_web_link(address):
    assert address_of("webchat", "KE", address, "", "").uri == ""
