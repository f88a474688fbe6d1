"""How a door is served."""

from __future__ import annotations

from typing import Any

import pytest
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pop.server.jobs import serving


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
