"""Sealing: the only place where bytes become unreadable and readable again.

Pure: neither Django nor storage nor a clock. Keys are 32 raw bytes; every blob starts with the version byte, so that
a later construction can live beside this one. Whatever cannot be opened raises SealError, whose text never holds
content and never says which part was wrong.

| blob | after the version byte |
|---|---|
| message, secret under a key | nonce (24), XChaCha20-Poly1305 ciphertext with its tag (+16) |
| sealed to one public key | X25519 sealed box (+48) |
| sealed to two of three | three parts of one length, for ab, ac and bc: a sealed box in a sealed box (+96) |
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Mapping
from itertools import combinations
from typing import Final, NamedTuple
from uuid import UUID

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.utils import random

KEY: Final = 32
SALT: Final = argon2id.SALTBYTES
"""Bytes of the salt of ``password_key``: 16."""

_VERSION: Final = b"\x01"
_NONCE: Final = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_BUCKET: Final = 256
_END: Final = b"\x80"
_PASSES: Final = 3
_MEMORY: Final = 64 * 1024 * 1024
_HOLDERS: Final = ("a", "b", "c")


class SealError(Exception):
    """A blob cannot be opened, or nothing can be sealed to this key. Never holds content."""


class Pair(NamedTuple):
    """An X25519 key pair, 32 bytes each. Its text shows neither."""

    private: bytes
    public: bytes

    def __repr__(self) -> str:
        return "<Pair>"


def new_key() -> bytes:
    """Return 32 random bytes."""
    return random(KEY)


def new_pair() -> Pair:
    """Return a random X25519 pair."""
    return pair_from_seed(random(KEY))


def pair_from_seed(seed: bytes) -> Pair:
    """Return the X25519 pair of a 32-byte seed, the same one each time. Raises ValueError for another length."""
    public, private = bindings.crypto_box_seed_keypair(_checked(seed))
    return Pair(private, public)


def pair_from_private(private: bytes) -> Pair:
    """Return the X25519 pair of a 32-byte private key. Raises ValueError for another length."""
    return Pair(private, bindings.crypto_scalarmult_base(_checked(private)))


def seal_message(
    key: bytes, text: str, *, case: UUID, epoch: int, sequence: int, author: str, client_key: str
) -> bytes:
    """Return one message under the case key of this epoch, padded so that only its bucket of length shows.

    The plaintext is 256·2ⁿ bytes; the blob is 41 bytes longer. Opening needs the same five associated values. Raises
    ValueError for a lone surrogate, which no encoding can carry, and for a number below 0 or of more than 64 bits.
    """
    bound = _bound(case, epoch, sequence, author, client_key)
    return _encrypt(key, _padded(_encoded(text)), bound)


def open_message(
    key: bytes, blob: bytes, *, case: UUID, epoch: int, sequence: int, author: str, client_key: str
) -> str:
    """Return the text of a message. Raises SealError for another key or any other associated value."""
    bound = _bound(case, epoch, sequence, author, client_key)
    return _decoded(_unpadded(_decrypt(key, blob, bound)))


def seal_to(public: bytes, secret: bytes) -> bytes:
    """Return a secret that only the private key of ``public`` opens; 49 bytes longer than the secret.

    The sealer stays unknown, so a blob proves nothing about who made it. Raises SealError for a public key to which
    nothing can be sealed.
    """
    return _VERSION + _box(public, secret)


def open_with(private: bytes, blob: bytes) -> bytes:
    """Return what ``seal_to`` sealed. Raises SealError for another key or a changed blob."""
    return _unbox(private, _body(blob))


def seal_under(key: bytes, secret: bytes, *, purpose: str) -> bytes:
    """Return a secret under a key, bound to its purpose; 41 bytes longer than the secret.

    ``purpose`` says what the blob is and whose ("lease:<case>:<epoch>"), so that no row can be passed off as another.
    Nothing is padded here: a text whose length tells something goes through ``seal_message``.
    """
    return _encrypt(key, secret, b"under\0" + _encoded(purpose))


def open_under(key: bytes, blob: bytes, *, purpose: str) -> bytes:
    """Return what ``seal_under`` sealed. Raises SealError for another key, purpose or blob."""
    return _decrypt(key, blob, b"under\0" + _encoded(purpose))


def seal_to_pairs(publics: tuple[bytes, bytes, bytes], secret: bytes) -> bytes:
    """Return a secret that any two of the three holders a, b and c open together, and none of them alone.

    Raises ValueError where two of the keys are the same one: that holder alone would be two.
    """
    if len(set(publics)) != len(_HOLDERS):
        raise ValueError("three different public keys are needed")
    return _VERSION + b"".join(_box(outer, _box(inner, secret)) for outer, inner in combinations(publics, 2))


def open_with_two(privates: Mapping[str, bytes], blob: bytes) -> bytes:
    """Return what ``seal_to_pairs`` sealed, by the private keys of exactly two of "a", "b" and "c".

    Raises SealError for another number of keys, another name, a wrong key or a changed blob.
    """
    pairs = list(combinations(_HOLDERS, 2))
    holders = tuple(sorted(privates))
    if holders not in pairs:
        raise SealError("two of the holders a, b and c are needed")
    outer, inner = holders
    body = _body(blob)
    length, rest = divmod(len(body), len(pairs))
    if rest:
        raise SealError("this blob is not sealed to three holders")
    start = length * pairs.index(holders)
    return _unbox(privates[inner], _unbox(privates[outer], body[start : start + length]))


def derive(secret: bytes, purpose: str) -> bytes:
    """Return a 32-byte subkey (HKDF-SHA256, no salt): another one for each purpose. Raises ValueError without one."""
    if not purpose:
        raise ValueError("a derived key needs a purpose")
    return _hkdf(secret, _encoded(purpose))


def password_key(password: str, salt: bytes) -> bytes:
    """Return the 32-byte key of a password: Argon2id, 3 passes, 64 MiB, 1 lane; slow on purpose.

    ``salt`` is 16 bytes. The password is taken exactly as typed. Raises ValueError for another length of salt or a
    lone surrogate.
    """
    if len(salt) != SALT:
        raise ValueError(f"the salt has {SALT} bytes")
    return argon2id.kdf(KEY, _encoded(password), salt, opslimit=_PASSES, memlimit=_MEMORY)


def _hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-256, an empty salt and one block of output."""
    extracted = hmac.digest(bytes(hashlib.sha256().digest_size), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def _checked(key: bytes) -> bytes:
    if len(key) != KEY:
        raise ValueError(f"a key has {KEY} bytes")
    return key


def _encoded(text: str) -> bytes:
    # Python's own error would carry the text along, also as the context of another one: it is dropped first.
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    raise ValueError("the text holds a lone surrogate")


def _decoded(plain: bytes) -> str:
    try:
        return plain.decode()
    except UnicodeDecodeError:
        pass
    raise SealError("this message is not text")


def _bound(case: UUID, epoch: int, sequence: int, author: str, client_key: str) -> bytes:
    """Return the associated values in an encoding that no other five values share."""
    if not (0 <= epoch < 1 << 64 and 0 <= sequence < 1 << 64):
        raise ValueError("epoch and sequence are 64-bit numbers from 0")
    author_, key = _encoded(author), _encoded(client_key)
    return b"message\0" + struct.pack(">16sQQII", case.bytes, epoch, sequence, len(author_), len(key)) + author_ + key


def _padded(plain: bytes) -> bytes:
    size = _BUCKET
    while size <= len(plain):
        size *= 2
    return (plain + _END).ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    plain = padded.rstrip(b"\0")
    if not plain.endswith(_END):
        raise SealError("this message is not padded as messages are")
    return plain[: -len(_END)]


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = random(_NONCE)
    sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, _VERSION + bound, nonce, _checked(key))
    return _VERSION + nonce + sealed


def _decrypt(key: bytes, blob: bytes, bound: bytes) -> bytes:
    body = _body(blob)
    if len(body) < _NONCE + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES:
        raise SealError("this blob is too short")
    nonce, sealed = body[:_NONCE], body[_NONCE:]
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, _VERSION + bound, nonce, _checked(key))
    except CryptoError:
        raise SealError("this blob cannot be opened with this key") from None


def _box(public: bytes, secret: bytes) -> bytes:
    try:
        return bindings.crypto_box_seal(secret, _checked(public))
    except CryptoError:
        raise SealError("nothing can be sealed to this public key") from None


def _unbox(private: bytes, sealed: bytes) -> bytes:
    # libsodium wants the public half too: it is part of how the nonce of a sealed box is made.
    pair = pair_from_private(private)
    try:
        return bindings.crypto_box_seal_open(sealed, pair.public, pair.private)
    except (CryptoError, TypeError, ValueError):
        raise SealError("this box cannot be opened with this key") from None


def _body(blob: bytes) -> bytes:
    if not blob.startswith(_VERSION):
        raise SealError("this blob is of an unknown version")
    return blob[len(_VERSION) :]
