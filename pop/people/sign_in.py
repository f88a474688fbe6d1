"""What the console's pages need of a content security policy. Both doors may import this: it loads no sign-in."""

from __future__ import annotations

from typing import NamedTuple


class CspHashes(NamedTuple):
    """Hashes (``sha256-…``) of inline scripts and styles that a policy must allow."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


# None: the console has one stylesheet and allauth's scripts, all under /static/, so ``'self'`` is enough for both.
CONSOLE_CSP_HASHES = CspHashes()
