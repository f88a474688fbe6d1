"""Demonstration data and real records never meet: each side refuses the other, by the folder and by the database."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pop.server.commands import parser
from pop.server.separation import ALLOWED, DEMONSTRATION, FILE, begin_demonstration, refusal_of_folder
from tests.served import environment, pop

NEVER = "Demonstration data and real records never meet"
STARTS = (("serve",), ("serve", "public"), ("serve", "console"), ("serve", "worker"), ("prepare",), ("survey", "list"))
OTHERS = (("registry", "load"), ("snapshot", "build"), ("staff", "create", "--email", "a@b.c", "--role", "editor"))


def commands(top: argparse.ArgumentParser) -> Iterator[str]:
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'pop.sqlite3'}"


def counts(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "pop.sqlite3") as connection:
        names = ("surveys_submission", "registry_service", "registry_proposal", "simulation_stamp")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


@pytest.mark.parametrize("command", sorted(commands(parser())))
def test_no_command_begins_in_a_folder_of_the_other_kind(command: str, tmp_path: Path) -> None:
    stamped, real, fresh = tmp_path / "stamped", tmp_path / "real", tmp_path / "fresh"
    stamped.mkdir()
    (stamped / FILE).write_text("id\n")
    real.mkdir()
    (real / "pop.sqlite3").write_bytes(b"")
    assert NEVER in refusal_of_folder({"POP_DATA_DIR": str(stamped)}, command)
    assert refusal_of_folder({"POP_DATA_DIR": str(real)}, command) == ""
    demonstration = {DEMONSTRATION: "1"}
    assert NEVER in refusal_of_folder({**demonstration, "POP_DATA_DIR": str(real)}, command)
    for folder in (stamped, fresh):
        refused = refusal_of_folder({**demonstration, "POP_DATA_DIR": str(folder)}, command)
        assert (refused == "") == (command in ALLOWED)


def test_a_demonstration_takes_no_setting_of_the_real_service_along() -> None:
    real = {
        "POP_DATA_DIR": "/srv/pop",
        "POP_KEYS_DIR": "/srv/keys",
        "POP_SECRET_KEY": "secret",
        "POP_PRODUCTION": "1",
        "POP_SMTP_URL": "smtp://mail",
        "DATABASE_URL": "postgresql://real",
        "HELPLINE_DATABASE_URL": "postgresql://helpline",
    }
    begin_demonstration(real, folder=None, database=None, ports=(1, 2))
    assert real == {
        "POP_DATA_DIR": "/srv/pop/demo",
        DEMONSTRATION: "1",
        "POP_PUBLIC_PORT": "1",
        "POP_CONSOLE_PORT": "2",
    }


@pytest.mark.parametrize("words", [*STARTS, *OTHERS], ids=" ".join)
def test_a_real_process_refuses_a_folder_of_demonstration_data(demonstration: Path, words: tuple[str, ...]) -> None:
    before = counts(demonstration)
    done = pop(*words, env=environment(demonstration), timeout=60)
    assert done.returncode == 1
    assert NEVER in done.stderr
    assert counts(demonstration) == before


@pytest.mark.parametrize("words", STARTS, ids=" ".join)
def test_a_real_process_refuses_a_database_of_demonstration_data(
    demonstration: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before = counts(demonstration)
    done = pop(*words, env=environment(tmp_path / "real", DATABASE_URL=database(demonstration)), timeout=60)
    assert done.returncode == 1
    assert NEVER in done.stderr
    assert counts(demonstration) == before


@pytest.mark.parametrize("words", OTHERS, ids=" ".join)
def test_nothing_brings_other_records_into_demonstration_data(demonstration: Path, words: tuple[str, ...]) -> None:
    before = counts(demonstration)
    done = pop(*words, env=environment(demonstration, **{DEMONSTRATION: "1"}), timeout=60)
    assert done.returncode == 1
    assert NEVER in done.stderr
    assert counts(demonstration) == before


@pytest.mark.parametrize("verb", ["mapping", "serve"])
def test_demonstration_data_is_not_put_beside_real_records(world: Path, tmp_path: Path, verb: str) -> None:
    real = tmp_path / "real"
    shutil.copytree(world, real, ignore=shutil.ignore_patterns("*.bell"))  # sockets of doors that are open
    before = counts(real)
    by_folder = pop("demo", verb, "--folder", str(real), env=environment(tmp_path), timeout=60)
    by_database = pop("demo", verb, "--database", database(real), env=environment(tmp_path), timeout=60)
    for done in (by_folder, by_database):
        assert done.returncode == 1
        assert NEVER in done.stderr
    assert counts(real) == before
    assert before["simulation_stamp"] == 0
    assert pop("survey", "list", env=environment(real), timeout=60).returncode == 0


def test_a_stamp_that_was_taken_from_the_folder_still_stands_in_the_database(
    demonstration: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demonstration, copy)
    (copy / FILE).unlink()
    done = pop("survey", "list", env=environment(copy), timeout=60)
    assert done.returncode == 1
    assert NEVER in done.stderr


def test_a_folder_and_a_database_of_two_demonstrations_do_not_go_together(demonstration: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE).write_text("7f0c5b52-9f5c-4a54-9d6a-6a1f86b0c9a4\n")
    done = pop(
        *("demo", "serve", "--folder", str(other), "--database", database(demonstration)),
        env=environment(tmp_path),
        timeout=60,
    )
    assert done.returncode == 1
    assert "stamp is not that of the folder" in done.stderr


def test_data_whose_making_was_killed_is_not_served_and_goes_on_to_the_same_end(
    killed: Path, demonstration: Path
) -> None:
    done = pop("demo", "serve", env=environment(killed.parent), timeout=60)
    assert done.returncode == 1
    assert "not all in" in done.stderr
    assert 50 <= counts(killed)["surveys_submission"] < 151
    assert counts(demonstration) == {
        "surveys_submission": 151,
        "registry_service": 151,
        "registry_proposal": 151,
        "simulation_stamp": 1,
    }


def test_another_data_set_wants_another_folder(demonstration: Path) -> None:
    done = pop("demo", "mapping", "--seed", "9", env=environment(demonstration.parent), timeout=60)
    assert done.returncode == 1
    assert "holds 143 responses of seed 2026" in done.stderr
    assert pop("demo", "mapping", env=environment(demonstration.parent), timeout=60).returncode == 0


def test_a_look_makes_no_file(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = pop("survey", "check", os.devnull, env=environment(data), timeout=60)
    assert "Traceback" not in done.stderr
    assert not (data / "pop.sqlite3").exists()


def test_serving_what_was_never_made_says_what_makes_it(tmp_path: Path) -> None:
    done = pop("demo", "serve", env=environment(tmp_path), timeout=60)
    assert done.returncode == 1
    assert "`pop demo mapping` makes it" in done.stderr
    assert {each.name for each in (tmp_path / "demo").iterdir()} == {"secret-key"}
