"""Other channels as real directories write them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.registry.directory.rules.channels import read_channel, read_channels

SEED = Path(__file__).resolve().parents[4] / "pop" / "registry" / "directory" / "seed" / "services.csv"


@pytest.mark.parametrize(
    ("country", "text", "channel", "dial", "uri", "body"),
    [
        ("CA", "SMS 686868", "sms", "686868", "sms:686868", ""),
        ("US", "SMS VOICE to 20121", "sms", "20121", "sms:20121?body=VOICE", "VOICE"),
        ("US", "SMS START to 678678", "sms", "678678", "sms:678678?body=START", "START"),
        ("NZ", "SMS 234", "sms", "234", "sms:234", ""),
        ("SE", "SMS +46 70 123 45 67", "sms", "070-123 45 67", "sms:+46701234567", ""),
        ("US", "SMS offered", "sms", "", "", ""),
        ("US", "text offered", "sms", "", "", ""),
        ("US", "TTY", "relay_text", "", "", ""),
        ("ZW", "WhatsApp offered", "whatsapp", "", "", ""),
        ("CO", "WhatsApp +573148210435", "whatsapp", "+573148210435", "https://wa.me/573148210435", ""),
        ("AE", "WhatsApp +971800111", "whatsapp", "+971800111", "https://wa.me/971800111", ""),
        ("PS", "WhatsApp +972594040121", "whatsapp", "+972594040121", "https://wa.me/972594040121", ""),
        ("KE", "WhatsApp 116", "whatsapp", "", "", ""),  # an account is a full number
        ("UA", "Telegram CHL116111", "telegram", "CHL116111", "https://t.me/CHL116111", ""),
        ("UA", "Telegram @CHL116111", "telegram", "CHL116111", "https://t.me/CHL116111", ""),
        ("UA", "Telegram https://evil.example/x", "telegram", "", "", ""),
        ("UA", "Telegram ../../x", "telegram", "", "", ""),
        ("KE", "Viber +254722178177", "viber", "+254722178177", "viber://chat?number=%2B254722178177", ""),
        ("KE", "email help@example.org", "email", "help@example.org", "mailto:help@example.org", ""),
        ("KE", "email help@example.org?bcc=x@y.org", "email", "", "", ""),
        ("KE", "chat offered", "webchat", "", "", ""),
        ("KE", "pigeon post", "", "", "", ""),
        ("KE", "SMS the word HELP", "sms", "", "", ""),
    ],
)
def test_an_item_is_read_as_its_channel(country, text, channel, dial, uri, body):
    read = read_channel(text, country)
    assert (read.channel, read.dial, read.uri, read.body, read.as_stated) == (channel, dial, uri, body, text)
    assert read.app_link == uri.startswith(("https://wa.me/", "https://t.me/", "viber:"))


def test_a_cell_holds_several_channels():
    assert [read.channel for read in read_channels("SMS 116; WhatsApp offered", "ZM")] == ["sms", "whatsapp"]
    assert [read.channel for read in read_channels("text+TTY", "US")] == ["sms", "relay_text"]
    assert read_channels("", "US") == []
    assert read_channels(" ; ", "US") == []


def test_every_channel_of_the_real_registry_is_known():
    with SEED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for read in read_channels(row["other_channels"], row["country"]):
                assert read.channel, read.as_stated
                offered = read.as_stated.endswith("offered") or read.as_stated in {"text", "TTY"}
                assert bool(read.uri) != offered, read.as_stated


@given(st.text(max_size=80))
def test_reading_a_channel_never_raises_and_links_only_to_known_schemes(text: str):
    for read in [*read_channels(text, "KE"), *read_channels(f"WhatsApp {text}; Telegram {text}; SMS {text}", "KE")]:
        schemes = ("", "sms:", "mailto:", "https://wa.me/", "https://t.me/", "viber://chat?number=%2B")
        assert read.uri == "" or read.uri.startswith(schemes[1:])
        assert read.uri.isascii()
        assert not set(read.uri) & set(" \"'<>\\\n\r\t\x00")
