"""One open page, and the few messages that wait for it."""

from __future__ import annotations

import asyncio
from collections import deque

from deploy_portal.live.access import Audience, Ticket
from deploy_portal.live.guests import Guest

Panels = tuple[str, ...]


class Viewer:
    """Reads at its own speed; one that falls too far behind is dropped, and catches up later."""

    __slots__ = (
        "_backlog",
        "_frames",
        "_ready",
        "_task",
        "closed",
        "last",
        "panels",
        "primed",
        "ticket",
    )

    def __init__(self, ticket: Ticket | Guest, panels: Panels, last: str, backlog: int) -> None:
        self.ticket, self.panels, self.last = ticket, panels, last
        # Once it has the state that later messages are differences to.
        self.primed = False
        self.closed = False
        self._backlog = backlog
        self._frames: deque[bytes] = deque()
        self._ready = asyncio.Event()
        self._task = asyncio.current_task()

    @property
    def group(self) -> tuple[Audience, Panels]:
        """Whoever is in the same group gets the same bytes."""
        return self.ticket.standing.rights, self.panels

    def push(self, frame: bytes) -> bool:
        """False if the reader is too slow; its stream ends."""
        if self.closed:
            return True
        if len(self._frames) >= self._backlog:
            self.close()
            # It may be stuck in a write that never comes back.
            if self._task:
                self._task.cancel()
            return False
        self._frames.append(frame)
        self._ready.set()
        return True

    def close(self) -> None:
        self.closed = True
        self._frames.clear()
        self._ready.set()

    async def next(self) -> bytes:
        """The next message; empty when the stream is to end."""
        while not self._frames:
            if self.closed:
                return b""
            self._ready.clear()
            await self._ready.wait()
        return self._frames.popleft()
