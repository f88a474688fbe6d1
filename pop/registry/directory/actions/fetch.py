"""Asking for a web address from here: a few redirects, a few seconds, next to no bytes, and never our own network."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from pop.registry.directory.rules.links import MAX_REDIRECTS, Fetched, is_public_address

SECONDS = 10.0
_AGENT = "PoP-link-check/1.0 (is this page still there?)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEAD_IS_ENOUGH = range(200, 400)
_PORTS = {"http": 80, "https": 443}
_LONGEST_ADDRESS = 300


class _FetchError(Exception):
    """Why an address gave no answer, as a code."""


def fetch(url: str, *, allow_private: bool = False, seconds: float = SECONDS) -> Fetched:
    """Return what a web address answers, after at most three redirects; `seconds` bound each request as a whole.

    No body is read. A host whose address lies in a private network is refused (`private_address`) unless
    `allow_private`, and the connection goes to the very address that was looked at. Never raises: what went wrong is
    the code in `failure`.
    """
    at = url
    try:
        for _ in range(MAX_REDIRECTS + 1):
            status, location = _ask("HEAD", at, allow_private, seconds)
            if status not in _HEAD_IS_ENOUGH:
                status, location = _ask("GET", at, allow_private, seconds)  # some servers know no HEAD
            if status not in _REDIRECTS or not location:
                return Fetched(status, "", at)
            at = _redirected(at, location)
    except _FetchError as error:
        return Fetched(0, str(error), at[:_LONGEST_ADDRESS])
    return Fetched(0, "too_many_redirects", at)


def _redirected(at: str, location: str) -> str:
    """Return where a redirect leads. What is kept of it is plain ASCII: a database need not take a server's NUL."""
    try:
        there = urljoin(at, location)
    except ValueError:
        raise _FetchError("bad_redirect") from None
    if len(there) > _LONGEST_ADDRESS or not all("!" <= sign <= "~" for sign in there):
        raise _FetchError("bad_redirect")
    return there


def _ask(method: str, url: str, allow_private: bool, seconds: float) -> tuple[int, str]:
    """Return (status, where it redirects to or ""). Raises _FetchError."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").encode("idna").decode()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path.encode("ascii")
    except (ValueError, UnicodeError):
        raise _FetchError("bad_redirect") from None
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise _FetchError("bad_redirect")
    if not allow_private and port != _PORTS[parts.scheme]:
        raise _FetchError("private_address")
    address = _resolve(host, port, allow_private)
    with _translated():
        plain = socket.create_connection((address, port), timeout=seconds)
        with _deadline(plain, seconds):
            stream = plain
            if parts.scheme == "https":
                stream = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            connection = http.client.HTTPConnection(host, port, timeout=seconds)
            connection.sock = stream
            try:
                connection.request(method, path, headers={"User-Agent": _AGENT, "Accept": "*/*", "Connection": "close"})
                answer = connection.getresponse()
                return answer.status, answer.headers.get("Location", "")
            finally:
                connection.close()


def _resolve(host: str, port: int, allow_private: bool) -> str:
    """Return one IP address of a host, all of whose addresses may be asked. Raises _FetchError."""
    try:
        found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        raise _FetchError("no_such_host") from None
    if not allow_private and not all(is_public_address(address) for address in found):
        raise _FetchError("private_address")
    if not found:
        raise _FetchError("no_such_host")
    return found[0]


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn what the network, TLS and HTTP raise into codes."""
    try:
        yield
    except TimeoutError:
        raise _FetchError("timeout") from None
    except ssl.SSLError:
        raise _FetchError("tls") from None
    except (OSError, ValueError):  # a socket that the deadline closed raises ValueError in places
        raise _FetchError("unreachable") from None
    except http.client.HTTPException:
        raise _FetchError("not_http") from None


@contextlib.contextmanager
def _deadline(connection: socket.socket, seconds: float) -> Iterator[None]:
    """End a request that drips: a timeout of the socket counts from the last byte, this one from the first."""
    timer = threading.Timer(seconds, _shut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
