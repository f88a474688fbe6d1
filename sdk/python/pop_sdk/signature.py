"""Ed25519 (RFC 8032) with the standard library only.

Verification takes a few milliseconds, which is enough for a snapshot every six hours; whoever has libsodium passes its
verifier instead. Arithmetic on Python's integers is not constant-time: ``sign`` and ``public_key`` are for tools and
tests, on a machine where nobody measures. Points are (X, Y, Z, T) in extended coordinates, x = X/Z, y = Y/Z, T = XY/Z.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

Point = tuple[int, int, int, int]

_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493  # the order of the base point
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_D2: Final = 2 * _D % _P
_ROOT_OF_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)
_ZERO: Final[Point] = (0, 1, 1, 0)
_WINDOW: Final = 4  # bits per step: sixteen multiples of each point are laid out beforehand


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether ``signature`` (64 bytes) is the one of ``message`` under ``public_key`` (32 bytes).

    Strict: a scalar that is not reduced, a coordinate that is not reduced, a point that is not on the curve and a point
    of small order are all refused, so that one message has one signature per key.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False
    commitment, scalar = signature[:32], int.from_bytes(signature[32:], "little")
    if scalar >= _L:
        return False
    key = _decoded(public_key)
    point = _decoded(commitment)
    if key is None or point is None or _has_small_order(key) or _has_small_order(point):
        return False
    challenge = _hashed(commitment + public_key, message)
    x, y, z, t = key
    # S·B = R + h·A, written as S·B + h·(-A) = R so that both multiplications share their doublings.
    return _encoded(_both(scalar, challenge, (_P - x, y, z, _P - t))) == commitment


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature of ``message`` under the private key made from ``seed`` (32 bytes)."""
    secret, prefix = _expanded(seed)
    public = _encoded(_both(secret, 0, _ZERO))
    nonce = _hashed(prefix, message)
    commitment = _encoded(_both(nonce, 0, _ZERO))
    scalar = (nonce + _hashed(commitment + public, message) * secret) % _L
    return commitment + scalar.to_bytes(32, "little")


def public_key(seed: bytes) -> bytes:
    """Return the 32-byte public key that belongs to ``seed`` (32 bytes)."""
    return _encoded(_both(_expanded(seed)[0], 0, _ZERO))


def _expanded(seed: bytes) -> tuple[int, bytes]:
    if len(seed) != 32:
        raise ValueError("an Ed25519 seed has 32 bytes")
    digest = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little")
    return (secret & ((1 << 254) - 8)) | (1 << 254), digest[32:]


def _hashed(prefix: bytes, message: bytes) -> int:
    digest = hashlib.sha512(prefix)
    digest.update(message)
    return int.from_bytes(digest.digest(), "little") % _L


def _add(one: Point, two: Point) -> Point:
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a = (y1 - x1) * (y2 - x2) % _P
    b = (y1 + x1) * (y2 + x2) % _P
    c = t1 * t2 % _P * _D2 % _P
    d = 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a = x * x % _P
    b = y * y % _P
    h = a + b
    e = h - (x + y) * (x + y)
    g = a - b
    f = 2 * z * z + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiples(point: Point) -> list[Point]:
    """Return 0·P to 15·P."""
    row = [_ZERO, point]
    while len(row) < 1 << _WINDOW:
        row.append(_add(row[-1], point))
    return row


def _both(scalar: int, other_scalar: int, other: Point) -> Point:
    """Return scalar·B + other_scalar·other, the two sharing their doublings (Straus, often called Shamir's trick)."""
    mine, theirs = _base_multiples(), _multiples(other) if other_scalar else []
    total = _ZERO
    for shift in range(256 - _WINDOW, -1, -_WINDOW):
        for _ in range(_WINDOW):
            total = _double(total)
        digit = (scalar >> shift) & 15
        if digit:
            total = _add(total, mine[digit])
        digit = (other_scalar >> shift) & 15
        if digit:
            total = _add(total, theirs[digit])
    return total


def _encoded(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, _P - 2, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def _decoded(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    sign_bit, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    # x² = (y² - 1) / (dy² + 1); the candidate root is u·v³·(u·v⁷)^((p-5)/8).
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if v * x * x % _P == _P - u and u:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (v * x * x - u) % _P or (x == 0 and sign_bit):
        return None
    if x & 1 != sign_bit:
        x = _P - x
    return x, y, 1, x * y % _P


def _has_small_order(point: Point) -> bool:
    """Say whether 8·P is the neutral element: such a point belongs to nobody's key."""
    for _ in range(3):
        point = _double(point)
    return point[0] == 0 and (point[1] - point[2]) % _P == 0


@cache
def _base_multiples() -> list[Point]:
    y = 4 * pow(5, _P - 2, _P) % _P
    base = _decoded(y.to_bytes(32, "little"))
    if base is None:
        raise AssertionError("the base point of Ed25519 is on its curve")
    return _multiples(base)
