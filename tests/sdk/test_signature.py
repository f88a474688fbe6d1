"""Ed25519 in pure Python against RFC 8032's vectors, libsodium, and what an attacker would send."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey, VerifyKey
from pop_sdk import signature

# RFC 8032, 7.1: seed, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
# Points whose eightfold is the neutral element, as libsodium lists them, and encodings beyond the prime.
SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
BEYOND_THE_PRIME = [
    PRIME.to_bytes(32, "little"),
    (PRIME + 1).to_bytes(32, "little"),
    (2**255 - 1).to_bytes(32, "little"),
]
SEED = bytes(range(32))


@pytest.mark.parametrize(("seed", "public", "message", "signed"), VECTORS)
def test_the_vectors_of_rfc_8032_hold(seed: str, public: str, message: str, signed: str) -> None:
    assert signature.public_key(bytes.fromhex(seed)).hex() == public
    assert signature.sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signed
    assert signature.verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signed))


@settings(deadline=None, max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_libsodium_and_we_sign_and_verify_alike(seed: bytes, message: bytes) -> None:
    theirs = SigningKey(seed)
    signed = signature.sign(seed, message)
    assert signed == theirs.sign(message).signature
    assert signature.public_key(seed) == bytes(theirs.verify_key)
    VerifyKey(signature.public_key(seed)).verify(message, signed)
    assert signature.verify(bytes(theirs.verify_key), message, signed)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 511), st.sampled_from(["signature", "message", "key"]))
def test_one_turned_bit_is_noticed(bit: int, where: str) -> None:
    parts = {"key": signature.public_key(SEED), "message": b"snapshot" * 8, "signature": b""}
    parts["signature"] = signature.sign(SEED, parts["message"])
    turned = bytearray(parts[where])
    turned[bit // 8 % len(turned)] ^= 1 << bit % 8
    parts[where] = bytes(turned)
    assert not signature.verify(parts["key"], parts["message"], parts["signature"])


def test_a_scalar_that_is_not_reduced_is_refused() -> None:
    signed = signature.sign(SEED, b"x")
    scalar = int.from_bytes(signed[32:], "little") + ORDER
    malleable = signed[:32] + scalar.to_bytes(32, "little")
    assert not signature.verify(signature.public_key(SEED), b"x", malleable)


@pytest.mark.parametrize("point", SMALL_ORDER)
@pytest.mark.parametrize("sign_bit", [0, 0x80])
def test_keys_and_commitments_of_small_order_are_refused(point: str, sign_bit: int) -> None:
    raw = bytearray.fromhex(point)
    raw[31] |= sign_bit
    # With such a key and the neutral element as commitment, S = 0 would verify many messages.
    neutral = (1).to_bytes(32, "little")
    assert not any(signature.verify(bytes(raw), bytes([n]), neutral + bytes(32)) for n in range(16))
    assert not signature.verify(signature.public_key(SEED), b"x", bytes(raw) + bytes(32))


@pytest.mark.parametrize("encoding", BEYOND_THE_PRIME)
def test_coordinates_beyond_the_prime_are_refused(encoding: bytes) -> None:
    signed = signature.sign(SEED, b"x")
    assert not signature.verify(encoding, b"x", signed)
    assert not signature.verify(signature.public_key(SEED), b"x", encoding + signed[32:])


def test_a_point_off_the_curve_is_refused() -> None:
    assert not signature.verify((2).to_bytes(32, "little"), b"x", signature.sign(SEED, b"x"))


@pytest.mark.parametrize(
    ("key", "signed"), [(b"", b""), (bytes(31), bytes(64)), (bytes(32), bytes(63)), (bytes(33), bytes(65))]
)
def test_wrong_lengths_are_refused_without_an_error(key: bytes, signed: bytes) -> None:
    assert signature.verify(key, b"x", signed) is False


@settings(deadline=None, max_examples=60)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=20), st.binary(min_size=64, max_size=64))
def test_no_bytes_make_it_fail(key: bytes, message: bytes, signed: bytes) -> None:
    assert signature.verify(key, message, signed) is False


def test_a_seed_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        signature.sign(b"short", b"x")
