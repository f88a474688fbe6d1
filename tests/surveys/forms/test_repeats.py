"""Questions that are answered several times: counted, free, inside one another."""

from __future__ import annotations

import random

import pytest

from pop.surveys.forms.answering import Answering, NoSuchPathError, TooManyRowsError
from pop.surveys.forms.settling import MOST_NODES, MOST_ROWS
from tests.surveys.forms.writing import NOW, begun, form, golden


def test_a_counted_repeat_has_as_many_rows_as_its_count_says() -> None:
    team = begun(golden("team"))
    assert team.count("/data/day") == 0
    team.set("/data/days", "3")
    assert team.count("/data/day") == 3
    assert [team.seen(f"/data/day[{place}]/number") for place in (1, 2, 3)] == ["1", "2", "3"]
    assert team.label("/data/day[2]/calls") == "Calls on day 2"
    team.set("/data/day[3]/calls", "9")
    team.set("/data/days", "2")
    assert team.count("/data/day") == 2
    assert team.seen("/data/all_calls") == "2"


def test_a_count_that_is_blank_or_no_number_changes_nothing() -> None:
    team = begun(golden("team"))
    team.set("/data/days", "2")
    team.set("/data/days", "")
    assert team.count("/data/day") == 2
    team.set("/data/days", "0")
    assert team.count("/data/day") == 0


def test_a_count_without_measure_stays_within_ours() -> None:
    team = begun(golden("team"))
    team.set("/data/days", "2000000000")
    assert team.count("/data/day") == MOST_ROWS


def test_a_counted_repeat_takes_no_row_by_hand() -> None:
    team = begun(golden("team"))
    team.set("/data/days", "1")
    with pytest.raises(TooManyRowsError):
        team.add_repeat("/data/day")
    with pytest.raises(TooManyRowsError):
        team.remove_repeat("/data/day", 1)


def test_totals_follow_the_rows() -> None:
    team = begun(golden("team"))
    team.set("/data/days", "3")
    team.set_all({"/data/day[1]/calls": "5", "/data/day[2]/calls": "7"})
    assert (team.seen("/data/all_calls"), team.seen("/data/busiest")) == ("13", "7")


def test_a_row_may_read_what_was_answered_in_an_earlier_one() -> None:
    team = begun(golden("team"))
    team.set("/data/days", "3")
    team.set("/data/day[1]/calls", "10")
    assert [team.seen(f"/data/day[{place}]/before") for place in (1, 2, 3)] == ["0", "10", "1"]


def test_rows_are_added_and_removed_by_hand_and_everything_follows() -> None:
    team = begun(golden("team"))
    assert team.count("/data/person") == 1
    assert team.add_repeat("/data/person") == "/data/person[2]"
    team.set_all({"/data/person[1]/name": "Ada", "/data/person[2]/name": "Bo"})
    assert (team.seen("/data/people"), team.seen("/data/names"), team.seen("/data/second")) == ("2", "Ada, Bo", "Bo")
    team.remove_repeat("/data/person", 1)
    assert (team.seen("/data/people"), team.seen("/data/names"), team.seen("/data/second")) == ("1", "Bo", "")
    team.remove_repeat("/data/person", 1)
    assert team.count("/data/person") == 0
    assert team.relevant("/data/person")
    assert team.label("/data/person") == "Person"
    assert team.faults() == ()
    team.add_repeat("/data/person")
    assert [fault.path for fault in team.faults()] == ["/data/person[1]/name"]


def test_what_is_inside_a_row_hangs_on_that_row() -> None:
    team = begun(golden("team"))
    team.add_repeat("/data/person")
    team.set_all({"/data/person[1]/name": "Ada", "/data/person[2]/name": "Bo", "/data/person[2]/speaks": "yes"})
    assert not team.relevant("/data/person[1]/language")
    assert team.relevant("/data/person[2]/language")
    assert team.add_repeat("/data/person[2]/language") == "/data/person[2]/language[1]"
    team.set("/data/person[2]/language[1]/tongue", "Bo")
    assert [fault.code for fault in team.faults()] == ["constraint"]
    team.set("/data/person[2]/language[1]/tongue", "Ada")
    assert team.faults() == ()
    assert (team.seen("/data/person[1]/tongues"), team.seen("/data/person[2]/tongues")) == ("0", "1")


def test_a_row_of_another_row_is_another_row() -> None:
    team = begun(golden("team"))
    team.add_repeat("/data/person")
    for path in (
        "/data/person[3]/name",
        "/data/person[0]/name",
        "/data/nobody[1]/name",
        "data/person",
        "/data/person[x]",
    ):
        with pytest.raises(NoSuchPathError):
            team.set(path, "x")
    with pytest.raises(NoSuchPathError):
        team.remove_repeat("/data/person", 3)


def test_rows_are_sent_in_their_order_and_read_again() -> None:
    team = begun(golden("team"))
    team.set("/data/days", "2")
    team.add_repeat("/data/person")
    team.set_all({"/data/person[1]/name": "Ada", "/data/person[2]/name": "Bo", "/data/person[1]/speaks": "yes"})
    team.set("/data/person[1]/language[1]/tongue", "Old Norse")
    again = Answering.resume(team.form, team.draft_xml(), now=NOW, chance=random.Random(2))
    assert again.submission_xml() == team.submission_xml()
    assert team.submission_xml().index(b"Ada") < team.submission_xml().index(b"Bo")


def test_a_default_that_is_worked_out_is_worked_out_for_each_new_row() -> None:
    rows = [
        {"type": "integer", "name": "start_at", "label": "Start", "default": "5"},
        {"type": "begin_repeat", "name": "r", "label": "R"},
        {"type": "integer", "name": "n", "label": "N", "default": "${start_at} + position(..)"},
        {"type": "end_repeat"},
    ]
    trial = begun(form(rows))
    assert trial.seen("/data/r[1]/n") == "6"
    trial.set("/data/start_at", "10")
    trial.add_repeat("/data/r")
    assert (trial.seen("/data/r[1]/n"), trial.seen("/data/r[2]/n")) == ("6", "12")


def test_a_trigger_in_a_row_writes_in_that_row() -> None:
    rows = [
        {"type": "begin_repeat", "name": "r", "label": "R"},
        {"type": "text", "name": "a", "label": "A"},
        {"type": "text", "name": "b", "label": "B", "calculation": "concat('was ', ${a})", "trigger": "${a}"},
        {"type": "end_repeat"},
    ]
    trial = begun(form(rows))
    trial.add_repeat("/data/r")
    trial.set("/data/r[2]/a", "x")
    assert (trial.seen("/data/r[1]/b"), trial.seen("/data/r[2]/b")) == ("", "was x")


def test_by_hand_there_are_no_more_rows_than_a_repeat_may_have() -> None:
    trial = begun(
        form(
            [
                {"type": "begin_repeat", "name": "r", "label": "R"},
                {"type": "text", "name": "a", "label": "A"},
                {"type": "end_repeat"},
            ]
        )
    )
    for _ in range(MOST_ROWS - 1):
        trial.add_repeat("/data/r")
    with pytest.raises(TooManyRowsError):
        trial.add_repeat("/data/r")


def test_rows_in_rows_do_not_multiply_without_end() -> None:
    rows = [
        {"type": "integer", "name": "n", "label": "N"},
        {"type": "begin_repeat", "name": "r", "label": "R", "repeat_count": "${n}"},
        {"type": "begin_repeat", "name": "s", "label": "S", "repeat_count": "${n}"},
        {"type": "text", "name": "a", "label": "A"},
        {"type": "text", "name": "b", "label": "B", "calculation": "concat('x', ${a})", "trigger": "${a}"},
        {"type": "end_repeat"},
        {"type": "end_repeat"},
    ]
    trial = begun(form(rows))
    trial.set("/data/n", "400")
    assert len(trial.paths()) <= MOST_NODES
    trial.set("/data/n", "1")
    assert (trial.count("/data/r"), trial.count("/data/r[1]/s")) == (1, 1)
