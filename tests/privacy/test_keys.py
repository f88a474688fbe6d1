"""The key directory: who may read it, what never is overwritten, what production refuses."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from nacl.signing import SigningKey, VerifyKey

from pop.privacy import keys


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "var" / "keys"


@pytest.fixture
def production(settings):
    settings.PRODUCTION = True


def test_the_first_start_makes_a_pair_that_belongs_together_and_says_what_it_is(directory):
    assert keys.ensure_development_keys(directory) is True
    signer = SigningKey(keys.signing_seed(directory))
    assert keys.public_keys(directory) == [signer.verify_key.encode()]
    assert "DEVELOPMENT KEYS" in (keys.development_warning(directory) or "")
    assert "DEVELOPMENT KEYS" in (directory / "DEVELOPMENT").read_text()


def test_only_the_owner_can_read_the_directory_and_the_seed(directory):
    directory.mkdir(parents=True, mode=0o755)
    keys.ensure_development_keys(directory)
    assert mode(directory) == 0o700
    assert mode(directory / "signing.key") == 0o600


def test_a_second_start_makes_nothing_new(directory):
    keys.ensure_development_keys(directory)
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert keys.ensure_development_keys(directory) is False
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_a_start_that_was_killed_between_the_two_files_is_completed_by_the_next(directory):
    keys.ensure_development_keys(directory)
    seed = keys.signing_seed(directory)
    (directory / "signing.pub").unlink()
    keys.ensure_development_keys(directory)
    assert keys.signing_seed(directory) == seed
    assert keys.public_keys(directory) == [SigningKey(seed).verify_key.encode()]


def test_of_two_first_starts_at_once_one_key_stands(directory, monkeypatch):
    rival = SigningKey.generate().encode()
    link = os.link

    def be_second(source, target):
        Path(target).write_text(rival.hex())
        link(source, target)

    monkeypatch.setattr(os, "link", be_second)
    keys.ensure_development_keys(directory)
    assert keys.signing_seed(directory) == rival
    assert keys.public_keys(directory) == [SigningKey(rival).verify_key.encode()]


def test_production_makes_no_development_keys(directory, production):
    with pytest.raises(keys.KeysError, match="pop keys init"):
        keys.ensure_development_keys(directory)
    assert not directory.exists()


def test_production_refuses_development_keys_for_signing_and_for_verifying(directory, settings):
    keys.ensure_development_keys(directory)
    settings.PRODUCTION = True
    with pytest.raises(keys.KeysError, match="development keys"):
        keys.signing_seed(directory)
    with pytest.raises(keys.KeysError, match="development keys"):
        keys.public_keys(directory)


def test_production_refuses_a_seed_that_others_can_read(directory, production):
    keys.init_keys(directory)
    (directory / "signing.key").chmod(0o640)
    with pytest.raises(keys.KeysError, match="0600"):
        keys.signing_seed(directory)


def test_production_keys_are_made_once_and_never_overwritten(directory, production):
    keys.init_keys(directory)
    seed = keys.signing_seed(directory)
    assert keys.development_warning(directory) is None
    with pytest.raises(keys.KeysError, match="never overwritten"):
        keys.init_keys(directory)
    assert keys.signing_seed(directory) == seed


@pytest.mark.parametrize("left", ["signing.key", "signing.pub", "signing.previous.pub", "DEVELOPMENT"])
def test_any_file_of_an_older_pair_stops_the_making_of_a_new_one(directory, left):
    directory.mkdir(parents=True)
    (directory / left).write_text("something")
    with pytest.raises(keys.KeysError, match=left):
        keys.init_keys(directory)
    assert (directory / left).read_text() == "something"


def test_after_a_rotation_both_public_keys_are_valid_and_the_new_one_signs(directory):
    keys.init_keys(directory)
    old = SigningKey(keys.signing_seed(directory))
    keys.rotate_signing(directory)
    new = SigningKey(keys.signing_seed(directory))
    assert new.encode() != old.encode()
    assert keys.public_keys(directory) == [new.verify_key.encode(), old.verify_key.encode()]
    assert mode(directory / "signing.key") == 0o600


def test_a_second_rotation_ends_the_oldest_key(directory):
    keys.init_keys(directory)
    oldest = SigningKey(keys.signing_seed(directory)).verify_key.encode()
    keys.rotate_signing(directory)
    keys.rotate_signing(directory)
    assert oldest not in keys.public_keys(directory)
    assert len(keys.public_keys(directory)) == 2


@pytest.mark.parametrize("step", range(3))
def test_a_rotation_killed_at_any_step_leaves_a_seed_whose_public_key_is_valid(directory, monkeypatch, step):
    keys.init_keys(directory)
    done = 0
    replace = Path.replace

    def die(self, target):
        nonlocal done
        if done == step:
            raise KeyboardInterrupt
        done += 1
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            keys.rotate_signing(directory)
    message = b"signed after the crash"
    signature = SigningKey(keys.signing_seed(directory)).sign(message).signature
    assert any(_accepts(key, message, signature) for key in keys.public_keys(directory))
    keys.rotate_signing(directory)
    assert SigningKey(keys.signing_seed(directory)).verify_key.encode() == keys.public_keys(directory)[0]


def _accepts(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(key).verify(message, signature)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("content", [b"", b"00", b"zz" * 32, b"00" * 33, b"\xff\xfe" * 20])
def test_a_damaged_key_is_refused_without_being_quoted(directory, content):
    keys.init_keys(directory)
    (directory / "signing.key").write_bytes(content)
    with pytest.raises(keys.KeysError) as refused:
        keys.signing_seed(directory)
    assert "zz" not in str(refused.value)
    assert "signing.key" in str(refused.value)


def test_missing_keys_are_named_with_what_to_do(directory):
    with pytest.raises(keys.KeysError, match=r"signing\.key is missing: run `pop keys init`"):
        keys.signing_seed(directory)
    with pytest.raises(keys.KeysError, match=r"signing\.pub is missing"):
        keys.public_keys(directory)


def test_no_staged_file_is_left_behind(directory):
    keys.init_keys(directory)
    keys.rotate_signing(directory)
    assert sorted(path.name for path in directory.iterdir()) == ["signing.key", "signing.previous.pub", "signing.pub"]
