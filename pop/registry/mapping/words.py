"""What the instruments are called where the public reads of them: XLSForm has one title for all languages."""

from __future__ import annotations

from pop.places.words import Words

INSTRUMENTS = Words(
    "instruments",
    {
        "helplines": "Child helplines and online services",
        "helplines_about": "For helplines, hotlines and other services that help by phone or online.",
        "platforms": "Technology platforms",
        "platforms_about": "For platforms, apps and games that children use, and what they show and offer to keep them "
        "safe.",
        "youth_led": "Solutions led by children and young people",
        "youth_led_about": "For networks, tools and safe spaces that children and young people create and lead.",
        "ai_driven": "Solutions with artificial intelligence",
        "ai_driven_about": "For solutions in which artificial intelligence helps to protect or support children.",
    },
)
