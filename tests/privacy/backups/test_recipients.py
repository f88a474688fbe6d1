"""Who can open a backup: the keys that are named, or in a service that is only tried out its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.recipients import Identity, development_identity, identities, make_identity, recipients
from pop.privacy.keys import ensure_development_keys


def _named(given: str, tmp_path: Path) -> list[str]:
    return [str(each) for each in recipients(given, keys=tmp_path, production=True)]


def test_keys_may_be_named_or_stand_in_a_file(tmp_path: Path) -> None:
    one, two = str(Identity.generate().to_public()), str(Identity.generate().to_public())
    (tmp_path / "keys.txt").write_text(f"# the two of us\n{one}\n\n{two}\n")
    assert _named(f"{one}, {two}", tmp_path) == [one, two]
    assert _named(str(tmp_path / "keys.txt"), tmp_path) == [one, two]


@pytest.mark.parametrize("given", ["age1nonsense", "/no/such/file", "AGE-SECRET-KEY-1ABC"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(BackupError, match="POP_BACKUP_RECIPIENTS"):
        _named(given, tmp_path)


def test_a_private_key_is_never_quoted(tmp_path: Path) -> None:
    path = tmp_path / "mine.key"
    make_identity(path)
    with pytest.raises(BackupError) as refused:
        _named(str(path), tmp_path)
    assert path.read_text().splitlines()[-1][15:30] not in str(refused.value)


def test_production_makes_no_backup_that_nobody_elsewhere_can_open(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PRODUCTION = False
    ensure_development_keys(tmp_path / "keys")
    with pytest.raises(BackupError, match="nobody could open"):
        recipients("", keys=tmp_path / "keys", production=True)
    assert not (tmp_path / "keys" / "backup.key").exists()


def test_a_service_that_is_tried_out_has_a_key_beside_its_development_keys(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PRODUCTION = False
    keys = tmp_path / "keys"
    with pytest.raises(BackupError):
        recipients("", keys=tmp_path, production=False)
    ensure_development_keys(keys)
    assert development_identity(keys) is None
    (to,) = recipients("", keys=keys, production=False)
    assert [str(each) for each in recipients("", keys=keys, production=False)] == [str(to)]
    text = development_identity(keys)
    assert text is not None
    assert [str(each.to_public()) for each in identities(text)] == [str(to)]
    assert (keys / "backup.key").stat().st_mode & 0o777 == 0o600
    (keys / "DEVELOPMENT").unlink()
    assert development_identity(keys) is None


def test_a_new_key_overwrites_nothing(tmp_path: Path) -> None:
    public = make_identity(tmp_path / "mine.key")
    assert public.startswith("age1")
    assert (tmp_path / "mine.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupError, match="never overwritten"):
        make_identity(tmp_path / "mine.key")
    with pytest.raises(BackupError, match="cannot be written"):
        make_identity(tmp_path / "none" / "mine.key")


@pytest.mark.parametrize("text", ["", "# nothing\n", "age1abc", "AGE-SECRET-KEY-1ABC"])
def test_a_text_without_a_private_key_is_refused(text: str) -> None:
    with pytest.raises(BackupError, match="age private key"):
        identities(text)
