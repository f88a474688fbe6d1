"""A child's browser at the public door, over a line with a team, and the small world of services."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from pop_sdk.engine import Engine, compile_snapshot

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Sending, append
from pop.helpline.conversations.actions.moving import move
from pop.helpline.conversations.queries.talks import Talk, conversation_of
from pop.helpline.conversations.queries.talks import talk as talk_now
from pop.pages.leaving import SESSION_COOKIE
from pop.signposting.finder.queries import use_engine
from tests.helpline.conftest import House, client_key
from tests.signposting.finder.small_world import document


@pytest.fixture(scope="session")
def services() -> Engine:
    return compile_snapshot(document(int(time.time())))


@pytest.fixture
def joined(services: Engine) -> Iterator[None]:
    use_engine(lambda: services, emergency={"KE": [{"dial": "999", "uri": "tel:999", "kind": "any"}]})
    yield
    use_engine(lambda: None)


@dataclass
class Child:
    """A browser of a child's, and the house that it writes to."""

    client: Client
    house: House = field(repr=False)

    @property
    def token(self) -> str:
        return str(self.client.cookies[SESSION_COOKIE].value)

    def now(self) -> Talk:
        conversation = conversation_of(self.token)
        assert conversation is not None
        found = talk_now(conversation)
        assert found is not None
        return found

    def begin(self, text: str = "hello", **more: str) -> Any:
        said = {"text": text, "key": secrets.token_urlsafe(24), "language": "en", "country": "KE", **more}
        return self.client.post("/write", said)

    def page(self, path: str = "/talk") -> str:
        answer = self.client.get(path)
        assert answer.status_code in {200, 203}
        return str(answer.content.decode())

    def form(self, path: str = "/talk") -> dict[str, str]:
        """Return the session's own fields, as a form on a page carries them."""
        found = re.search(r'name="token" value="([^"]+)"', self.page(path))
        assert found is not None
        return {"token": found[1]}

    def post(self, path: str, **fields: str) -> Any:
        return self.client.post(path, {**self.form(), **fields})

    def become(self, state: str) -> None:
        """Bring the conversation into a state, as staff or time would."""
        talk = self.now()
        if state in {"active", "promised"} and talk.state in {"waiting", "sleeping", "message_left"}:
            counsellor = self.house.counsellor.id
            promise: dict[str, Any] = {}
            if state == "promised":
                promise = {"promised_for": talk.opened_at.replace(year=talk.opened_at.year + 1)}
            move(talk.id, to=state, action="take", by=counsellor, assignee=counsellor, told="joined", **promise)
        elif state == "sleeping":
            self.post("/talk/pause")
        elif state == "closed":
            self.post("/talk/end")

    def answer(self, text: str) -> None:
        """Let the counsellor write."""
        with database.atomic():
            append(Sending(self.now().id, "counsellor", text, client_key(), staff=self.house.counsellor.id))


@pytest.fixture
def child(public: Client, house: House, joined: None) -> Child:
    """A browser that has written nothing yet."""
    return Child(public, house)


@pytest.fixture
def writing(child: Child) -> Child:
    """A browser whose first message waits."""
    assert child.begin("I am new here").status_code == 303
    return child


@pytest.fixture
def again(public: Client, house: House, joined: None) -> Callable[[], Child]:
    """``again()``: another browser."""
    return lambda: Child(Client(), house)
