"""The words that a question may use: constants here, countries and topics from the snapshot."""

from __future__ import annotations

from typing import Final, NamedTuple

CHANNELS: Final = (
    "phone",
    "sms",
    "webchat",
    "whatsapp",
    "telegram",
    "messenger",
    "instagram",
    "viber",
    "line",
    "email",
    "app",
    "in_game",
    "forum",
    "video_sign",
    "relay_text",
    "in_person",
    "form",
)

# Ways in which a child can write and nobody in the room hears it.
TEXT_CHANNELS: Final = frozenset(CHANNELS) - {"phone", "video_sign", "in_person"}

# Channels through which nobody answers at once. Without hours of their own they say nothing about being open.
ANSWERED_LATER_CHANNELS: Final = frozenset({"email", "form", "forum"})

NEEDS: Final = ("free", "anonymous", "no_trace", "text_only", "sign_language", "from_abroad")

AUDIENCES: Final = ("child", "young_person", "parent", "professional", "general_public", "own_behaviour")

AUDIENCE_NUMBERS: Final = {audience: number for number, audience in enumerate(AUDIENCES)}

AGE_BANDS: Final = {"8-12": (8, 12), "13-17": (13, 17), "18-24": (18, 24)}
OLDEST: Final = 25

# Stages of evidence, weakest first.
STAGES: Final = ("unconfirmed_lead", "directory_listed", "desk_checked", "provider_confirmed", "test_contacted")

HOTLINE: Final = "hotline"
REPORT_CONTENT: Final = "report_content"


class Vocabulary(NamedTuple):
    """What is known of places and topics: ISO 3166-1 alpha-2 codes and topic ids."""

    countries: frozenset[str]
    topics: frozenset[str]
    languages: frozenset[str] = frozenset()  # primary subtags of BCP 47; empty: any that is well formed
