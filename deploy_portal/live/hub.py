"""All open pages of this process: one subscription in, many streams out."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from django.conf import settings

from deploy_portal.live import access, guests
from deploy_portal.live.access import Ticket
from deploy_portal.live.frames import COMMENT
from deploy_portal.live.guests import Guest
from deploy_portal.live.listener import Listener
from deploy_portal.live.pace import Pace
from deploy_portal.live.rooms import Room
from deploy_portal.live.threads import Threads
from deploy_portal.live.viewers import Panels, Viewer

logger = logging.getLogger(__name__)


class Hub:
    """`counts` are metrics: waves, renders (one per wave and audience), frames, dropped readers."""

    def __init__(self, pace: Pace | None = None, redis_url: str | None = None) -> None:
        self.pace = pace or Pace()
        self.counts: Counter[str] = Counter()
        self.is_hinted = False
        self._threads = Threads(self.pace.threads)
        self._rooms: dict[int, Room] = {}
        self._listener = Listener(
            redis_url or settings.REDIS_URL, self._heard, self._found, self._lost
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    @property
    def viewers(self) -> list[Viewer]:
        return [viewer for room in self._rooms.values() for viewer in room.viewers]

    async def start(self) -> None:
        every = [
            (self.pace.comment, self._comment),
            (self.pace.recheck, self._recheck),
            (self.pace.poll, self._poll),
        ]
        self._tasks = [asyncio.create_task(self._listener.run())]
        self._tasks += [asyncio.create_task(_repeat(seconds, act)) for seconds, act in every]

    def close(self) -> None:
        """End all streams now and open none any more."""
        self._closed = True
        for room in self._rooms.values():
            room.close()

    async def stop(self) -> None:
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.end()

    async def admit(self, session_key: str | None, deployment_id: int) -> Ticket | int:
        if self._closed:
            return 503
        return await self._threads.run(access.admit, session_key, deployment_id)

    async def admit_guest(self, secret: str) -> Guest | int:
        if self._closed:
            return 503
        return await self._threads.run(guests.admit, secret)

    def enter(self, ticket: Ticket | Guest, panels: Panels, last: str) -> Viewer:
        viewer = Viewer(ticket, panels, last, self.pace.backlog)
        room = self._rooms.get(ticket.deployment_id)
        if room is None:
            room = Room(ticket.deployment_id, self.pace, self._threads, self.counts)
            self._rooms[ticket.deployment_id] = room
        room.enter(viewer)
        if self._closed:
            viewer.close()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        viewer.close()
        room = self._rooms[viewer.ticket.deployment_id]
        room.viewers.discard(viewer)
        if not room.viewers:
            room.close()
            del self._rooms[viewer.ticket.deployment_id]

    def _heard(self, deployment_id: int) -> None:
        if room := self._rooms.get(deployment_id):
            room.stir()

    def _found(self) -> None:
        self.is_hinted = True
        # Hints that were given meanwhile are lost.
        for room in self._rooms.values():
            room.stir()

    def _lost(self) -> None:
        self.is_hinted = False

    async def _comment(self) -> None:
        for viewer in self.viewers:
            viewer.push(COMMENT)

    async def _poll(self) -> None:
        if not self.is_hinted:
            await self._catch_up()

    async def _recheck(self) -> None:
        """Ends streams that may no longer be; looks for changes whose hint was lost on its way."""
        viewers = self.viewers
        if not viewers:
            return
        ended = await self._threads.run(_ended, {viewer.ticket for viewer in viewers})
        for viewer in viewers:
            if viewer.ticket in ended:
                viewer.close()
        await self._catch_up()

    async def _catch_up(self) -> None:
        if not self._rooms:
            return
        current = await self._threads.run(access.versions, list(self._rooms))
        for room in list(self._rooms.values()):
            if room.version is not None and room.version != current.get(room.deployment_id):
                room.stir()


def _ended(tickets: set[Ticket | Guest]) -> set[Ticket | Guest]:
    signed_in = {one for one in tickets if isinstance(one, Ticket)}
    by_link = {one for one in tickets if isinstance(one, Guest)}
    over: set[Ticket | Guest] = set(access.ended(signed_in)) if signed_in else set()
    return over | guests.ended(by_link)


async def _repeat(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Exception:
            logger.exception("the live channel goes on after an error")
