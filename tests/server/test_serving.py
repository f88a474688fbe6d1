"""How a door is served."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pop.server.jobs import serving
from tests.served import environment

ROOT = Path(__file__).resolve().parents[2]


def configured(monkeypatch: pytest.MonkeyPatch) -> uvicorn.Config:
    found: list[uvicorn.Config] = []

    class Kept:
        def __init__(self, config: uvicorn.Config) -> None:
            found.append(config)

        def run(self) -> None:
            return

    monkeypatch.setattr(serving, "Serving", Kept)
    serving.serve_door("console")
    found[0].load()
    return found[0]


@pytest.mark.parametrize("said", ["", "*"])
def test_nobody_is_believed_where_a_request_comes_from_unless_a_proxy_is_named(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
) -> None:
    # What uvicorn itself would read.
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", said)
    settings.PROXIES = []
    config = configured(monkeypatch)
    assert not config.proxy_headers
    assert not isinstance(config.loaded_app, ProxyHeadersMiddleware)


def test_the_proxies_that_are_named_are_believed_and_nobody_else(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROXIES = ["192.0.2.7"]
    wrapped = configured(monkeypatch).loaded_app
    assert isinstance(wrapped, ProxyHeadersMiddleware)
    assert "192.0.2.7" in wrapped.trusted_hosts
    assert "127.0.0.1" not in wrapped.trusted_hosts


@pytest.mark.parametrize("production", ["", "1"])
def test_in_production_no_sibling_host_can_plant_a_cookie(tmp_path: Path, production: str) -> None:
    names = (
        "SESSION_COOKIE, forms.CHILD_COOKIE, unlocking.COOKIE, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME"
    )
    asked = f"""
import django; django.setup()
from django.conf import settings
from pop.helpline.conversations.live import forms
from pop.pages.leaving import SESSION_COOKIE
from pop.people import unlocking
print({names})
"""
    env = environment(tmp_path, POP_PRODUCTION=production, DJANGO_SETTINGS_MODULE="pop.server.settings")
    done = subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, text=True, check=True, cwd=ROOT)
    prefix = "__Host-" if production else ""
    plain = ("pop_public", "pop_public", "pop_console_key", "pop_console", "pop_console_csrf")
    assert done.stdout.split() == [prefix + each for each in plain]


def test_a_call_that_fails_in_the_loop_is_told_without_what_it_was_given(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("pop"), "propagate", True)

    def fails(words: str) -> None:
        raise ValueError(words)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(serving.tell_briefly)
        loop.call_soon(fails, "a canary of invented words")
        await asyncio.sleep(0)

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert "unexpected ValueError at" in caplog.text
    assert "canary" not in caplog.text
