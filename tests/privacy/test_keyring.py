"""The keyring: what production refuses, and that no key shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop.privacy import keyring as rings
from pop.privacy import keys


@pytest.fixture(autouse=True)
def directory(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    rings.forget()
    yield settings.KEYS_DIR
    rings.forget()


@pytest.fixture
def real(tmp_path: Path, directory: Path, settings) -> Path:
    settings.PRODUCTION = True
    keys.init_keys(directory, [keys.make_escrow(tmp_path / name) for name in ("amal", "bo", "chidi")])
    return directory


def test_the_ring_holds_what_lies_in_the_directory(directory):
    keys.ensure_development_keys(directory)
    ring = rings.keyring()
    assert ring.root == keys.root_key(directory)
    assert dict(ring.peppers) == keys.peppers(directory)
    assert ring.escrow == keys.escrow_publics(directory)
    assert ring.pepper_edition == 1


def test_the_ring_is_read_once_and_anew_after_forgetting(directory):
    keys.ensure_development_keys(directory)
    ring = rings.keyring()
    keys.add_pepper(directory)
    assert rings.keyring() is ring
    rings.forget()
    assert rings.keyring().pepper_edition == 2
    assert set(rings.keyring().peppers) == {1, 2}


def test_nobody_can_change_the_ring(directory):
    keys.ensure_development_keys(directory)
    with pytest.raises(TypeError):
        rings.keyring().peppers[2] = bytes(32)  # type: ignore[index]
    with pytest.raises(AttributeError):
        rings.keyring().root = bytes(32)  # type: ignore[misc]


def test_no_key_shows_in_the_text_of_the_ring(directory):
    keys.ensure_development_keys(directory)
    assert {repr(rings.keyring()), str(rings.keyring()), f"{rings.keyring()}"} == {"<Keyring with 1 peppers>"}


def test_production_reads_real_keys(real):
    assert rings.keyring().pepper_edition == 1


def test_production_refuses_development_keys_even_when_they_were_read_before(directory, settings):
    keys.ensure_development_keys(directory)
    rings.keyring()
    settings.PRODUCTION = True
    with pytest.raises(keys.KeysError, match="development keys"):
        rings.keyring()
    with pytest.raises(keys.KeysError, match="development keys"):
        keys.add_pepper(directory)


@pytest.mark.parametrize("name", ["root.key", "pepper-1.key"])
def test_production_refuses_a_secret_that_others_can_read(real, name):
    (real / name).chmod(0o640)
    with pytest.raises(keys.KeysError, match="0600"):
        rings.keyring()


@pytest.mark.parametrize("name", ["root.key", "pepper-1.key", "escrow-a.pub", "escrow-b.pub", "escrow-c.pub"])
def test_a_missing_key_is_named_with_what_to_do(real, name):
    (real / name).unlink()
    with pytest.raises(keys.KeysError, match=rf"{name} is missing: run `pop keys init`"):
        rings.keyring()


@pytest.mark.parametrize("name", ["root.key", "pepper-1.key", "escrow-b.pub"])
@pytest.mark.parametrize("content", [b"", b"00", b"zz" * 32, b"\xff\xfe" * 20, b"escrow-public zz"])
def test_a_damaged_key_is_refused_without_being_quoted(real, name, content):
    (real / name).write_bytes(content)
    (real / name).chmod(0o600)
    with pytest.raises(keys.KeysError) as refused:
        rings.keyring()
    assert "zz" not in str(refused.value)
    assert name in str(refused.value)


def test_a_private_half_of_escrow_must_not_lie_on_the_server(real):
    (real / "escrow-b.key").write_bytes((real.parent / "bo").read_bytes())
    with pytest.raises(keys.KeysError, match=r"escrow-b\.key must not lie"):
        rings.keyring()


def test_one_person_cannot_hold_two_of_the_three(real):
    (real / "escrow-b.pub").write_bytes((real / "escrow-a.pub").read_bytes())
    with pytest.raises(keys.KeysError, match="are the same"):
        rings.keyring()
