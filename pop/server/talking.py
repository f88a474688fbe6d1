"""What a door's process needs to carry conversations: the batcher, the hub, the bell, and the plain doors over them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.utils import timezone

from pop.helpline.conversations.actions.watching import child_is_there
from pop.helpline.conversations.live import plain_page
from pop.helpline.conversations.live.answers import RefusedForm, Renderer
from pop.helpline.conversations.live.bell import Bell
from pop.helpline.conversations.live.child_doors import ChildDoors
from pop.helpline.conversations.live.forms import form_token
from pop.helpline.conversations.live.hub import Hub, Places
from pop.helpline.conversations.live.sending import Batcher
from pop.helpline.conversations.live.staff_doors import StaffDoors
from pop.helpline.conversations.live.streams import CHILD, STAFF
from pop.helpline.conversations.queries.watching import sessions_over
from pop.helpline.conversations.rules.messages import USUAL, Limits
from pop.helpline.queue.queries.joined import joined_because
from pop.people.queries import open_key_sessions
from pop.people.seats import COOKIES, seat_of
from pop.server.security import Application, Post


class Talking:
    """One process's part in the conversations. `limits` is how much one child may write."""

    def __init__(
        self,
        door: str,
        *,
        render: Renderer | None = None,
        places: Places | None = None,
        limits: Limits = USUAL,
    ) -> None:
        self.hub = Hub(over=_over, places=places, there=_there)
        self.batcher = Batcher(still_open=_still_open, limits=limits, kept=self.hub.kept)
        self.bell = Bell(self.hub.hear)
        doors: ChildDoors | StaffDoors
        if door == "public":
            doors = ChildDoors(batcher=self.batcher, hub=self.hub, render=render or _render_child)
            self.hub.let_in(CHILD, doors.admit)
        else:
            doors = StaffDoors(
                batcher=self.batcher,
                hub=self.hub,
                render=render or _render_staff,
                seat_of=seat_of,
                still_open=_still_open,
                names=COOKIES,
                joined=_beside,
            )
            self.hub.let_in(STAFF, doors.admit, doors.stale)
        self.by_path: dict[str, Application] = dict(doors.by_path)
        self.posts: dict[str, Post] = dict(doors.posts)

    async def start(self) -> None:
        """Begin, in the server's event loop."""
        self.batcher.start()
        self.hub.start()
        self.bell.start()

    def close_streams(self) -> None:
        """Let every reader go to another process; a server that waits for its connections to end calls this first."""
        self.hub.end_all()

    async def stop(self) -> None:
        """Commit and answer what was taken, then end."""
        await self.batcher.stop()
        self.bell.stop()
        await self.hub.stop()


def _still_open(sessions: Iterable[UUID]) -> frozenset[UUID]:
    return open_key_sessions(sessions, now=timezone.now())


def _over(tickets: Iterable[object]) -> set[object]:
    return set(sessions_over(str(ticket) for ticket in tickets))


def _there(conversations: Iterable[UUID]) -> None:
    child_is_there(conversations, now=timezone.now())


def _beside(conversation: UUID, staff: UUID) -> bool:
    return bool(joined_because(conversation, staff))


def _render_child(form: RefusedForm) -> bytes:
    return plain_page.render(form, action="/talk/send", token=form_token(form.token) if form.token else "")


_render_staff = partial(plain_page.render, action="/desk/send", token="")
