"""Sealing: what is sealed opens with its own key and its own facts, and with nothing else."""

from __future__ import annotations

from itertools import combinations, permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop.privacy import sealing
from pop.privacy.sealing import SealError

CASE = UUID("5f0c2f9e-6a0b-4d7c-9f2e-0a1b2c3d4e5f")
FACTS = {"case": CASE, "epoch": 1, "sequence": 7, "author": "child", "client_key": "k-1"}
KEY = bytes(range(32))

texts = st.text(st.characters(codec="utf-8"), max_size=3000)
numbers = st.integers(min_value=0, max_value=2**64 - 1)
facts = st.fixed_dictionaries(
    {
        "case": st.uuids(),
        "epoch": numbers,
        "sequence": numbers,
        "author": st.text(st.characters(codec="utf-8"), max_size=12),
        "client_key": st.text(st.characters(codec="utf-8"), max_size=40),
    }
)
secrets = st.binary(max_size=200)


@settings(deadline=None, max_examples=60)
@given(texts, facts)
def test_a_message_opens_as_it_was_written(text, bound):
    assert sealing.open_message(KEY, sealing.seal_message(KEY, text, **bound), **bound) == text


@settings(deadline=None, max_examples=60)
@given(texts)
def test_a_message_shows_only_its_bucket_of_length(text):
    padded = len(sealing.seal_message(KEY, text, **FACTS)) - 41
    needed = len(text.encode()) + 1
    assert padded % 256 == 0
    assert (padded // 256).bit_count() == 1
    assert needed <= padded
    assert padded == 256 or padded // 2 < needed


def test_zeros_and_the_mark_of_padding_at_the_end_of_a_message_stay():
    for text in ("", "\0", "\0" * 300, "\x80", "\u0080\0", "a" * 255, "a" * 256):
        assert sealing.open_message(KEY, sealing.seal_message(KEY, text, **FACTS), **FACTS) == text


@settings(deadline=None, max_examples=60)
@given(facts, facts)
def test_any_other_fact_opens_nothing(bound, other):
    blob = sealing.seal_message(KEY, "hello", **bound)
    for name in bound:
        changed = {**bound, name: other[name]}
        if changed != bound:
            with pytest.raises(SealError):
                sealing.open_message(KEY, blob, **changed)


def test_two_facts_cannot_trade_letters():
    blob = sealing.seal_message(KEY, "hello", **{**FACTS, "author": "child", "client_key": "x1"})
    for author, client_key in (("childx", "1"), ("chil", "dx1"), ("", "childx1"), ("x1", "child")):
        with pytest.raises(SealError):
            sealing.open_message(KEY, blob, **{**FACTS, "author": author, "client_key": client_key})


def test_the_same_message_never_seals_to_the_same_bytes():
    assert len({sealing.seal_message(KEY, "hello", **FACTS) for _ in range(50)}) == 50


def test_a_wrong_key_opens_nothing():
    other = sealing.new_key()
    with pytest.raises(SealError):
        sealing.open_message(other, sealing.seal_message(KEY, "hello", **FACTS), **FACTS)
    with pytest.raises(SealError):
        sealing.open_under(other, sealing.seal_under(KEY, b"secret", purpose="lease"), purpose="lease")
    with pytest.raises(SealError):
        sealing.open_with(other, sealing.seal_to(sealing.new_pair().public, b"secret"))


@pytest.mark.parametrize("text", ["\ud800", "before \udfff after"])
def test_a_lone_surrogate_is_refused_and_the_refusal_carries_no_word_of_the_text(text):
    with pytest.raises(ValueError, match="lone surrogate") as refused:
        sealing.seal_message(KEY, text, **FACTS)
    assert refused.value.__context__ is None
    assert "before" not in str(refused.value)


def test_content_that_is_not_text_is_refused_and_the_refusal_carries_nothing_of_it():
    bound = sealing._bound(**FACTS)
    for plain in (sealing._padded(b"secret \xff\xfe"), b"secret without a mark", b""):
        with pytest.raises(SealError) as refused:
            sealing.open_message(KEY, sealing._encrypt(KEY, plain, bound), **FACTS)
        assert refused.value.__context__ is None
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["epoch", "sequence"])
@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_that_does_not_fit_is_refused(name, number):
    with pytest.raises(ValueError, match="64-bit"):
        sealing.seal_message(KEY, "hello", **{**FACTS, name: number})


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_one_changed_byte_anywhere_opens_nothing(data):
    pair = sealing.new_pair()
    holders = [sealing.new_pair() for _ in range(3)]
    sealed = [
        (sealing.seal_message(KEY, "hello", **FACTS), lambda blob: sealing.open_message(KEY, blob, **FACTS)),
        (sealing.seal_under(KEY, b"secret", purpose="lease"), lambda b: sealing.open_under(KEY, b, purpose="lease")),
        (sealing.seal_to(pair.public, b"secret"), lambda blob: sealing.open_with(pair.private, blob)),
        (
            # The part for a and b only, so that every byte of it counts.
            sealing.seal_to_pairs((holders[0].public, holders[1].public, holders[2].public), b"secret")[: 1 + 102],
            lambda b: sealing.open_with_two({"a": holders[0].private, "b": holders[1].private}, b + bytes(204)),
        ),
    ]
    blob, opened = data.draw(st.sampled_from(sealed))
    opened(blob)
    at = data.draw(st.integers(0, len(blob) - 1))
    changed = bytearray(blob)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        opened(bytes(changed))
    with pytest.raises(SealError):
        opened(blob[:at])


@pytest.mark.parametrize("version", [b"", b"\x00", b"\x02", b"\xff"])
def test_a_blob_of_another_version_is_refused(version):
    pair = sealing.new_pair()
    publics = tuple(sealing.new_pair().public for _ in range(3))

    def other(blob):
        return version + blob[1:] if version else b""

    with pytest.raises(SealError, match="version"):
        sealing.open_message(KEY, other(sealing.seal_message(KEY, "hello", **FACTS)), **FACTS)
    with pytest.raises(SealError, match="version"):
        sealing.open_under(KEY, other(sealing.seal_under(KEY, b"s", purpose="p")), purpose="p")
    with pytest.raises(SealError, match="version"):
        sealing.open_with(pair.private, other(sealing.seal_to(pair.public, b"s")))
    with pytest.raises(SealError, match="version"):
        sealing.open_with_two({"a": KEY, "b": KEY}, other(sealing.seal_to_pairs(publics, b"s")))


@settings(deadline=None, max_examples=60)
@given(secrets)
def test_a_sealed_box_opens_with_its_own_private_key(secret):
    pair = sealing.new_pair()
    blob = sealing.seal_to(pair.public, secret)
    assert sealing.open_with(pair.private, blob) == secret
    assert len(blob) == len(secret) + 49


def test_nothing_is_sealed_to_a_public_key_that_anybody_could_open():
    for weak in (bytes(32), b"\x01" + bytes(31)):
        with pytest.raises(SealError):
            sealing.seal_to(weak, b"secret")


@settings(deadline=None, max_examples=60)
@given(secrets, st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_a_secret_opens_for_its_own_purpose_only(secret, purpose, other):
    blob = sealing.seal_under(KEY, secret, purpose=purpose)
    assert sealing.open_under(KEY, blob, purpose=purpose) == secret
    if other != purpose:
        with pytest.raises(SealError):
            sealing.open_under(KEY, blob, purpose=other)


def test_a_message_cannot_be_passed_off_as_a_secret_nor_a_secret_as_a_message():
    with pytest.raises(SealError):
        sealing.open_under(KEY, sealing.seal_message(KEY, "hello", **FACTS), purpose="")
    with pytest.raises(SealError):
        sealing.open_message(KEY, sealing.seal_under(KEY, bytes(256), purpose=""), **FACTS)


@settings(deadline=None, max_examples=10)
@given(secrets)
def test_any_two_of_the_three_holders_open_together(secret):
    pairs = {name: sealing.new_pair() for name in "abc"}
    blob = sealing.seal_to_pairs((pairs["a"].public, pairs["b"].public, pairs["c"].public), secret)
    for first, second in permutations("abc", 2):
        assert sealing.open_with_two({first: pairs[first].private, second: pairs[second].private}, blob) == secret


def test_one_holder_alone_opens_nothing_by_whatever_name():
    pairs = {name: sealing.new_pair() for name in "abc"}
    blob = sealing.seal_to_pairs((pairs["a"].public, pairs["b"].public, pairs["c"].public), b"secret")
    for alone in "abc":
        with pytest.raises(SealError):
            sealing.open_with_two({alone: pairs[alone].private}, blob)
        for first, second in combinations("abc", 2):
            with pytest.raises(SealError):
                sealing.open_with_two({first: pairs[alone].private, second: pairs[alone].private}, blob)
            with pytest.raises(SealError):
                sealing.open_with_two({first: pairs[alone].private, second: sealing.new_key()}, blob)


@pytest.mark.parametrize("names", ["", "a", "abc", "ad", "xy"])
def test_another_number_of_holders_or_another_name_is_refused(names):
    blob = sealing.seal_to_pairs(tuple(sealing.new_pair().public for _ in range(3)), b"secret")
    with pytest.raises(SealError, match="two of the holders"):
        sealing.open_with_two(dict.fromkeys(names, KEY), blob)


def test_one_person_cannot_be_two_of_the_three():
    one, two = sealing.new_pair().public, sealing.new_pair().public
    for publics in ((one, one, two), (one, two, one), (two, one, one)):
        with pytest.raises(ValueError, match="different"):
            sealing.seal_to_pairs(publics, b"secret")


def test_a_seed_always_gives_the_same_pair_and_another_seed_another():
    assert sealing.pair_from_seed(KEY) == sealing.pair_from_seed(KEY)
    assert sealing.pair_from_seed(KEY) != sealing.pair_from_seed(sealing.new_key())
    assert sealing.new_pair() != sealing.new_pair()


def test_derived_keys_are_those_of_the_standard():
    # RFC 5869, test case 3: empty salt, empty info; the first 32 bytes of its output.
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    assert sealing._hkdf(b"\x0b" * 22, b"").hex() == expected


def test_each_purpose_gets_a_key_of_its_own():
    keys = {sealing.derive(KEY, purpose) for purpose in ("a", "b", "aa", "lease", "audit")}
    assert len(keys) == 5
    assert {len(key) for key in keys} == {32}
    assert sealing.derive(KEY, "a") == sealing.derive(KEY, "a") != sealing.derive(sealing.new_key(), "a")
    with pytest.raises(ValueError, match="purpose"):
        sealing.derive(KEY, "")


def test_a_password_gives_its_key_again_and_another_salt_another_key():
    salt = bytes(16)
    key = sealing.password_key("a long enough passphrase", salt)
    assert key == sealing.password_key("a long enough passphrase", salt)
    assert key != sealing.password_key("a long enough passphrase", b"\x01" * 16)
    assert key != sealing.password_key("a long enough passphrasE", salt)
    assert len(key) == 32


def test_a_password_costs_what_is_promised(monkeypatch):
    asked = {}

    def kdf(size, password, salt, **figures):
        asked.update(figures)
        return bytes(size)

    monkeypatch.setattr(sealing.argon2id, "kdf", kdf)
    sealing.password_key("passphrase", bytes(16))
    assert asked == {"opslimit": 3, "memlimit": 64 * 1024 * 1024}


def test_a_salt_or_a_key_of_another_length_is_refused_and_not_quoted():
    with pytest.raises(ValueError, match="16 bytes"):
        sealing.password_key("passphrase", b"short")
    for length in (0, 31, 33):
        key = b"Z" * length
        for refuse in (
            lambda key=key: sealing.seal_under(key, b"s", purpose="p"),
            lambda key=key: sealing.seal_to(key, b"s"),
            lambda key=key: sealing.open_with(key, b"\x01" + bytes(60)),
            lambda key=key: sealing.pair_from_seed(key),
        ):
            with pytest.raises(ValueError, match="32 bytes") as refused:
                refuse()
            assert "ZZ" not in str(refused.value)


def test_no_key_shows_in_the_text_of_a_pair():
    pair = sealing.pair_from_seed(KEY)
    for text in (repr(pair), str(pair), f"{pair}", repr([pair]), f"{pair!r}"):
        assert text in ("<Pair>", "[<Pair>]")


def test_no_two_new_keys_are_the_same():
    keys = {sealing.new_key() for _ in range(20)}
    assert len(keys) == 20
    assert {len(key) for key in keys} == {32}
