"""`pop keys` as somebody types it: what is made where, and what is refused with a reason."""

from __future__ import annotations

import pytest

from pop.privacy import keys
from pop.server.commands import main


@pytest.fixture
def directory(tmp_path, settings, monkeypatch):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.PRODUCTION = True
    monkeypatch.chdir(tmp_path)
    # `main` takes the rights of others off whatever it writes; the other tests keep theirs.
    monkeypatch.setattr("os.umask", lambda _: 0o022)
    return settings.KEYS_DIR


def escrow(*names: str) -> list[str]:
    for name in names:
        assert main(["keys", "escrow", name]) == 0
    return [f"{name}.pub" for name in names]


def test_three_people_make_their_pairs_and_one_makes_the_keys_of_the_service(directory, capsys):
    assert main(["keys", "init", "--escrow", *escrow("amal", "bo", "chidi")]) == 0
    assert len(keys.root_key(directory)) == 32
    assert len(keys.escrow_publics(directory)) == 3
    said = capsys.readouterr().out
    assert "amal is yours alone" in said
    assert str(directory) in said
    for secret in [*directory.glob("*.key"), *(directory.parent / name for name in ("amal", "bo", "chidi"))]:
        assert secret.read_text().split()[-1] not in said


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_people_are_refused_with_what_to_do(directory, capsys, count):
    publics = escrow("amal", "bo", "chidi")[:count]
    words = ["--escrow", *publics] if publics else []
    assert main(["keys", "init", *words]) == 1
    assert "pop keys escrow FILE" in capsys.readouterr().err
    assert not directory.exists()


def test_the_same_person_three_times_is_refused(directory, capsys):
    [public] = escrow("amal")
    assert main(["keys", "init", "--escrow", public, public, public]) == 1
    assert "another person" in capsys.readouterr().err


def test_a_pair_is_not_made_twice(directory, capsys):
    escrow("amal")
    assert main(["keys", "escrow", "amal"]) == 1
    assert "never overwritten" in capsys.readouterr().err


def test_a_new_pepper_tells_its_edition_and_that_processes_read_it_at_their_start(directory, capsys):
    assert main(["keys", "pepper"]) == 1
    assert "pop keys init" in capsys.readouterr().err
    main(["keys", "init", "--escrow", *escrow("amal", "bo", "chidi")])
    assert main(["keys", "pepper"]) == 0
    assert "Edition 2" in capsys.readouterr().out
    assert list(keys.peppers(directory)) == [1, 2]


def test_a_new_signing_key_changes_no_other_key(directory):
    main(["keys", "init", "--escrow", *escrow("amal", "bo", "chidi")])
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert main(["keys", "rotate"]) == 0
    after = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert {name for name in after if after[name] != before.get(name)} == {
        "signing.key",
        "signing.pub",
        "signing.previous.pub",
    }


def test_development_keys_are_not_rotated_or_added_to_in_production(directory, settings, capsys):
    settings.PRODUCTION = False
    keys.ensure_development_keys(directory)
    settings.PRODUCTION = True
    assert main(["keys", "rotate"]) == 1
    assert main(["keys", "pepper"]) == 1
    assert "development keys" in capsys.readouterr().err
