"""What the finder can be asked: its services, a country's numbers, and an offer to write to somebody now.

How services read in words is in `ways`, which stands above and is imported by its own name.
"""

from __future__ import annotations

from pop.signposting.finder.queries.finding import (
    ENOUGH,
    MOST_CARDS,
    NOTHING,
    Country,
    Emergency,
    Found,
    Match,
    Number,
    Source,
    country,
    current_engine,
    find,
    image_services,
    use_engine,
)
from pop.signposting.finder.queries.offers import ChatOffer, chat_offer, chats, use_chat

__all__ = [
    "ENOUGH",
    "MOST_CARDS",
    "NOTHING",
    "ChatOffer",
    "Country",
    "Emergency",
    "Found",
    "Match",
    "Number",
    "Source",
    "chat_offer",
    "chats",
    "country",
    "current_engine",
    "find",
    "image_services",
    "use_chat",
    "use_engine",
]
