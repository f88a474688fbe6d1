"""What demonstration data says of itself, on every page of either door."""

from __future__ import annotations

from pop.places.words import Words

DEMONSTRATION = Words(
    "demonstration",
    {
        "title": "Demonstration data",
        "text": "Everything here is invented. No service on this page can help you.",
    },
)
