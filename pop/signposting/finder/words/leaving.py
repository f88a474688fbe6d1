"""Words of the page that says how to clear a browser's history."""

from __future__ import annotations

from pop.places.words import Two

LEAVING: dict[str, str | Two] = {
    "history_title": "How to clear your history",
    "history_intro": Two(
        "Your browser remembers pages. Someone with your phone can see them. You can clear them.",
        "Your browser remembers the pages you visit. Someone with your device can see them. You can clear them.",
    ),
    "history_careful": Two(
        "An empty history can look strange. You can clear only the last hour.",
        "A completely empty history can be noticed. You can clear only the last hour or only this page.",
    ),
    "history_chrome": "Chrome: tap the three dots. Tap History. Tap Delete browsing data. Choose Last hour.",
    "history_safari": "Safari: open the bookmarks. Tap the clock. Tap Clear. Choose The last hour.",
    "history_firefox": "Firefox: tap the three dots or lines. Tap History. Tap the bin. Choose Last hour.",
    "history_opera": "Opera Mini: tap the O sign. Tap History. Tap the bin or Clear.",
    "history_calls": "Calls and messages have lists of their own. You can delete them there.",
    "history_private": Two(
        "Next time, open a private window first. It forgets pages when you close it.",
        "Next time, use a private or incognito window. It forgets the pages when you close it.",
    ),
    "history_limits": Two(
        "At school or with some apps, adults can still see pages.",
        "A school network or an app that watches the phone can still show the pages.",
    ),
}
