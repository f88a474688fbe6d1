"""The key directory: who may read it, what never is overwritten, what production refuses."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from nacl.signing import SigningKey, VerifyKey

from pop.privacy import keys

SIGNING = ("signing.key", "signing.pub", "signing.previous.pub")
RING = ("root.key", "pepper-1.key", "escrow-a.pub", "escrow-b.pub", "escrow-c.pub")
SECRETS = ("root.key", "pepper-1.key", "escrow-a.key", "escrow-b.key", "escrow-c.key")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "var" / "keys"


@pytest.fixture
def escrow(tmp_path: Path) -> list[Path]:
    """The public files of three people."""
    return [keys.make_escrow(tmp_path / name) for name in ("amal", "bo", "chidi")]


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
        if Path(target).name == "signing.key":
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


def test_production_refuses_a_seed_that_others_can_read(directory, production, escrow):
    keys.init_keys(directory, escrow)
    (directory / "signing.key").chmod(0o640)
    with pytest.raises(keys.KeysError, match="0600"):
        keys.signing_seed(directory)


def test_production_keys_are_made_once_and_never_overwritten(directory, production, escrow):
    keys.init_keys(directory, escrow)
    seed = keys.signing_seed(directory)
    assert keys.development_warning(directory) is None
    with pytest.raises(keys.KeysError, match="never overwritten"):
        keys.init_keys(directory, escrow)
    assert keys.signing_seed(directory) == seed


@pytest.mark.parametrize("left", [*SIGNING, "DEVELOPMENT", "root.key", "pepper-2.key", "escrow-a.pub"])
def test_any_file_of_an_older_pair_stops_the_making_of_a_new_one(directory, left, escrow):
    directory.mkdir(parents=True)
    (directory / left).write_text("something")
    with pytest.raises(keys.KeysError, match=left):
        keys.init_keys(directory, escrow)
    assert (directory / left).read_text() == "something"


def test_after_a_rotation_both_public_keys_are_valid_and_the_new_one_signs(directory, escrow):
    keys.init_keys(directory, escrow)
    old = SigningKey(keys.signing_seed(directory))
    keys.rotate_signing(directory)
    new = SigningKey(keys.signing_seed(directory))
    assert new.encode() != old.encode()
    assert keys.public_keys(directory) == [new.verify_key.encode(), old.verify_key.encode()]
    assert mode(directory / "signing.key") == 0o600


def test_a_second_rotation_ends_the_oldest_key(directory, escrow):
    keys.init_keys(directory, escrow)
    oldest = SigningKey(keys.signing_seed(directory)).verify_key.encode()
    keys.rotate_signing(directory)
    keys.rotate_signing(directory)
    assert oldest not in keys.public_keys(directory)
    assert len(keys.public_keys(directory)) == 2


@pytest.mark.parametrize("step", range(3))
def test_a_rotation_killed_at_any_step_leaves_a_seed_whose_public_key_is_valid(directory, monkeypatch, step, escrow):
    keys.init_keys(directory, escrow)
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
def test_a_damaged_key_is_refused_without_being_quoted(directory, content, escrow):
    keys.init_keys(directory, escrow)
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


def test_no_staged_file_is_left_behind(directory, escrow):
    keys.init_keys(directory, escrow)
    keys.rotate_signing(directory)
    assert {path.name for path in directory.iterdir()} == {*SIGNING, *RING}


def test_development_gets_a_root_a_pepper_and_three_escrow_pairs(directory):
    assert keys.ensure_development_keys(directory) is True
    assert len(keys.root_key(directory)) == 32
    assert list(keys.peppers(directory)) == [1]
    pairs = [keys.escrow_pair(directory / f"escrow-{each}.key") for each in keys.HOLDERS]
    assert keys.escrow_publics(directory) == tuple(pair.public for pair in pairs)
    assert {mode(directory / name) for name in SECRETS} == {0o600}
    assert len({(directory / name).read_text() for name in SECRETS}) == len(SECRETS)


def test_a_directory_of_an_earlier_version_is_completed_in_development(directory):
    keys.ensure_development_keys(directory)
    seed = keys.signing_seed(directory)
    for name in (*SECRETS, *RING):
        (directory / name).unlink(missing_ok=True)
    assert keys.ensure_development_keys(directory) is True
    assert keys.signing_seed(directory) == seed
    assert all((directory / name).exists() for name in (*SECRETS, *RING))
    assert keys.ensure_development_keys(directory) is False


@pytest.mark.parametrize("lost", [*SECRETS, *RING])
def test_completing_makes_only_what_is_missing(directory, lost):
    keys.ensure_development_keys(directory)
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    (directory / lost).unlink()
    keys.ensure_development_keys(directory)
    after = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert {name: content for name, content in after.items() if name != lost} == {
        name: content for name, content in before.items() if name != lost
    }
    # A private half that somebody took away stays away; a public one comes back as it was.
    assert (lost in after) is not lost.startswith("escrow-") or lost.endswith(".pub")
    if lost.endswith(".pub"):
        assert after[lost] == before[lost]


def test_real_keys_never_get_development_keys_beside_them(directory, escrow):
    keys.init_keys(directory, escrow)
    (directory / "root.key").unlink()
    assert keys.ensure_development_keys(directory) is False
    assert not (directory / "root.key").exists()
    assert not (directory / "escrow-a.key").exists()


def test_production_gets_a_root_a_pepper_and_the_public_halves_of_three_people(directory, escrow, production):
    keys.init_keys(directory, escrow)
    assert len({keys.root_key(directory), *keys.peppers(directory).values()}) == 2
    holders = [keys.escrow_pair(public.with_suffix("")) for public in escrow]
    assert keys.escrow_publics(directory) == tuple(pair.public for pair in holders)
    assert not list(directory.glob("escrow-*.key"))
    assert {mode(directory / name) for name in ("root.key", "pepper-1.key", "signing.key")} == {0o600}


@pytest.mark.parametrize("chosen", [(), (0,), (0, 1), (0, 1, 0), (1, 1, 1), (0, 1, 2, 0)])
def test_fewer_or_more_than_three_people_are_refused(directory, escrow, production, chosen):
    with pytest.raises(keys.KeysError, match=r"three people|are the same"):
        keys.init_keys(directory, [escrow[at] for at in chosen])
    assert not directory.exists()


def test_a_private_key_is_not_taken_for_a_public_one(directory, escrow, production):
    with pytest.raises(keys.KeysError, match="escrow-public") as refused:
        keys.init_keys(directory, [escrow[0].with_suffix(""), escrow[1], escrow[2]])
    assert escrow[0].with_suffix("").read_text().split()[1] not in str(refused.value)
    with pytest.raises(keys.KeysError, match="escrow-private"):
        keys.escrow_pair(escrow[0])


def test_a_public_key_that_anybody_could_open_is_refused(directory, escrow, production):
    escrow[1].write_text("escrow-public " + "00" * 32)
    with pytest.raises(keys.KeysError, match="no public key"):
        keys.init_keys(directory, escrow)


def test_the_signing_pair_of_an_earlier_version_stays_and_gets_the_rest(directory, escrow, production):
    keys.init_keys(directory, escrow)
    seed = keys.signing_seed(directory)
    for name in RING:
        (directory / name).unlink()
    keys.init_keys(directory, escrow)
    assert keys.signing_seed(directory) == seed
    assert len(keys.root_key(directory)) == 32


def test_a_persons_escrow_file_is_theirs_alone_and_never_overwritten(tmp_path):
    public = keys.make_escrow(tmp_path / "amal")
    assert mode(tmp_path / "amal") == 0o600
    private = (tmp_path / "amal").read_bytes()
    for left in (tmp_path / "amal", public):
        with pytest.raises(keys.KeysError, match="never overwritten"):
            keys.make_escrow(tmp_path / "amal")
        assert not (tmp_path / "amal").exists() or (tmp_path / "amal").read_bytes() == private
        left.unlink()
    with pytest.raises(keys.KeysError, match="cannot be written"):
        keys.make_escrow(tmp_path / "nowhere" / "amal")


def test_a_new_pepper_is_a_new_edition_and_the_old_ones_stay(directory, escrow):
    keys.init_keys(directory, escrow)
    first = keys.peppers(directory)[1]
    assert keys.add_pepper(directory) == 2
    assert keys.add_pepper(directory) == 3
    live = keys.peppers(directory)
    assert list(live) == [1, 2, 3]
    assert live[1] == first
    assert len(set(live.values())) == 3
    assert mode(directory / "pepper-3.key") == 0o600


def test_the_tenth_pepper_is_newer_than_the_ninth_and_other_files_are_none(directory, escrow):
    keys.init_keys(directory, escrow)
    for _ in range(9):
        keys.add_pepper(directory)
    for name in ("pepper-old.key", "pepper-0.key", "pepper-11.key.77.new", "pepper-.key"):
        (directory / name).write_text("something")
    assert list(keys.peppers(directory)) == list(range(1, 11))


def test_without_a_first_pepper_there_is_no_second(directory):
    directory.mkdir(parents=True)
    with pytest.raises(keys.KeysError, match="no pepper yet"):
        keys.add_pepper(directory)
