"""Everybody in this process who looks at one deployment: rendered once for all of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Mapping

from django.db import connection, transaction

from dashboard.live import snapshot
from deploy_portal.live.access import Audience
from deploy_portal.live.frames import Shown, personal, shown
from deploy_portal.live.pace import Pace
from deploy_portal.live.threads import Threads
from deploy_portal.live.viewers import Panels, Viewer

logger = logging.getLogger(__name__)


class Room:
    def __init__(
        self, deployment_id: int, pace: Pace, threads: Threads, counts: Counter[str]
    ) -> None:
        self.deployment_id = deployment_id
        self.viewers: set[Viewer] = set()
        self._shown: dict[Audience, Shown] = {}
        self._whole: dict[tuple[Audience, Panels], bytes] = {}
        self._pace, self._threads, self._counts = pace, threads, counts
        self._pause = pace.gather
        self._stale = False
        self._work: asyncio.Task[None] | None = None

    @property
    def version(self) -> int | None:
        return min((one.version for one in self._shown.values()), default=None)

    def enter(self, viewer: Viewer) -> None:
        self.viewers.add(viewer)
        known = self._shown.get(viewer.ticket.standing.rights)
        if known and known.version >= viewer.ticket.version:
            self._prime(viewer, known)
        if not viewer.primed or self._is_busy:
            # A rendering that has begun does not know of this viewer.
            self.stir()

    def stir(self) -> None:
        """Something may have changed; hints that come close together become one rendering."""
        self._stale = True
        if not self._is_busy:
            self._work = asyncio.create_task(self._follow())

    def close(self) -> None:
        if self._work:
            self._work.cancel()
        for viewer in self.viewers:
            viewer.close()

    @property
    def _is_busy(self) -> bool:
        return self._work is not None and not self._work.done()

    async def _follow(self) -> None:
        while self._stale and self.viewers:
            await asyncio.sleep(self._pause)
            self._stale = False
            began = time.monotonic()
            try:
                fresh = await self._threads.run(_render, self.deployment_id, self._wanted())
            except Exception:
                logger.exception("deployment %s could not be rendered live", self.deployment_id)
                self._stale, self._pause = True, self._pace.poll
                continue
            # At most half of a thread's time goes into one busy deployment.
            took = time.monotonic() - began
            self._pause = min(max(self._pace.gather, took), self._pace.gather_at_most)
            self._deliver(fresh)

    def _wanted(self) -> dict[Audience, Panels]:
        wanted: dict[Audience, set[str]] = defaultdict(set)
        for viewer in self.viewers:
            wanted[viewer.ticket.standing.rights].update(viewer.panels)
        self._counts["waves"] += 1
        self._counts["renders"] += len(wanted)
        return {audience: tuple(sorted(panels)) for audience, panels in wanted.items()}

    def _deliver(self, fresh: Mapping[Audience, Shown]) -> None:
        before, self._shown = self._shown, dict(fresh)
        self._whole = {}
        if not fresh and not self._stale:
            # The deployment is gone.
            self.close()
        groups: dict[tuple[Audience, Panels], list[Viewer]] = defaultdict(list)
        for viewer in self.viewers:
            groups[viewer.group].append(viewer)
        for (audience, panels), viewers in groups.items():
            if audience in fresh and fresh[audience].asked.issuperset(panels):
                self._tell(panels, viewers, before.get(audience), fresh[audience])

    def _tell(self, panels: Panels, viewers: list[Viewer], old: Shown | None, new: Shown) -> None:
        happened = old is None or new.version != old.version
        message = new.message(panels, old) if happened or new.changed_since(old, panels) else b""
        aside = personal(len(self.viewers)) if happened else b""
        for viewer in viewers:
            if not viewer.primed:
                self._prime(viewer, new)
                continue
            if message:
                self._push(viewer, message)
            if aside and viewer.ticket.standing.is_involved:
                self._push(viewer, aside)

    def _prime(self, viewer: Viewer, known: Shown) -> None:
        """Bring a newcomer up to date; whoever has seen it already needs nothing."""
        if not known.asked.issuperset(viewer.panels):
            return
        viewer.primed = True
        if known.is_what_was_seen(viewer.last, viewer.panels):
            return
        if viewer.group not in self._whole:
            self._whole[viewer.group] = known.message(viewer.panels)
        self._push(viewer, self._whole[viewer.group])
        if viewer.ticket.standing.is_involved:
            self._push(viewer, personal(len(self.viewers)))

    def _push(self, viewer: Viewer, frame: bytes) -> None:
        self._counts["frames"] += 1
        if not viewer.push(frame):
            self._counts["dropped"] += 1


def _render(deployment_id: int, wanted: Mapping[Audience, Panels]) -> dict[Audience, Shown]:
    """All audiences as of one instant, which the version names.

    A panel newer than its version would be taken for what a page with that version shows already,
    and what changed would never be sent there.
    """
    fresh = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for audience, panels in wanted.items():
            shot = snapshot(deployment_id, audience, panels)
            if shot is not None:
                fresh[audience] = shown(shot.version, panels, shot.fragments)
    return fresh
