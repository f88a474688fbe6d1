"""Every question of sdk/cases, asked at the real door by GET and by POST."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pop_sdk.engine import Engine

from pop.server.security import Policy, Secured
from pop.signposting.finder.match_door import Doors
from tests.sdk.asked import CASES, Case, built, engine
from tests.sdk.expectations import problems
from tests.sdk.questions import query_of
from tests.server.test_security import ask, policy

# Databases are made ready only for tests that are marked so; the snapshots of all are built in one.
pytestmark = pytest.mark.django_db


class _Kept:
    """One snapshot that never changes."""

    def __init__(self, kept: Engine) -> None:
        self.engine: Engine | None = kept

    def files(self) -> tuple[bytes, bytes, str] | None:
        return None


@pytest.fixture(scope="module", autouse=True)
def snapshots(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        built()


def door(case: Case) -> Secured:
    """The public door's own wrapper around the plain door, at the moment of the question."""
    current = engine(case.file)
    doors = Doors(
        snapshots=_Kept(current),
        vocabulary=current.vocabulary,
        emergency={},
        openapi=b"",
        now=lambda: float(case.now),
    )
    rules: Policy = policy()
    return Secured(doors.by_path["/v1/match"], rules)


def by_get(case: Case) -> tuple[int, dict[bytes, bytes], bytes]:
    answered: tuple[int, dict[bytes, bytes], bytes] = ask(door(case), path="/v1/match", query=query_of(case.question))
    return answered


def by_post(case: Case) -> tuple[int, dict[bytes, bytes], bytes]:
    answered: tuple[int, dict[bytes, bytes], bytes] = ask(
        door(case), path="/v1/match", method="POST", body=json.dumps(case.question).encode()
    )
    return answered


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_door_answers_rightly_by_get_and_by_post(case: Case) -> None:
    status, headers, body = by_get(case)
    posted_status, posted_headers, posted = by_post(case)
    assert headers[b"cache-control"] == posted_headers[b"cache-control"] == b"no-store"
    if "refused" in case.expect:
        assert status == posted_status == 400
        assert json.loads(body)["parameter"] == json.loads(posted)["parameter"] == case.expect["refused"]
        return
    assert status == posted_status == 200
    assert posted == body
    assert problems(case.expect, json.loads(body)) == []
