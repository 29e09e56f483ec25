"""What became different between what somebody had before their eyes and what is so now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from approvals.models import Vote
from approvals.shown import Shown
from deployments.canonical import digest
from deployments.models import ContentVersion, Deployment
from deployments.versions import Group, compare


@dataclass(frozen=True)
class Times:
    """A planned time as it stood; where it was recorded, with the end of its window."""

    t0: datetime | None
    window_end: datetime | None
    zone: str


@dataclass(frozen=True)
class Since:
    """The changed definitions by part, and the old time where the time is another now.

    `first` and `last` are the content versions compared, the same where the content is.
    """

    groups: Sequence[Group]
    first: ContentVersion | None = None
    last: ContentVersion | None = None
    has_moved: bool = False
    was: Times | None = None

    @property
    def is_something(self) -> bool:
        return bool(self.groups) or self.has_moved


def since_vote(deployment: Deployment, vote: Vote) -> Since:
    """What changed since the content and the time that this vote names."""
    number = deployment.versions.values_list("number", flat=True).get(pk=vote.content_version_id)
    return _since(deployment, number, Shown(vote.content_hash, vote.schedule_hash))


def since_shown(deployment: Deployment, shown: Shown) -> Since:
    """What changed since a page was drawn; nothing, if it showed no content there ever was."""
    versions = deployment.versions.filter(hash=shown.content).order_by("-number")
    number = versions.values_list("number", flat=True).first()
    return _since(deployment, number, shown)


def _since(deployment: Deployment, number: int | None, shown: Shown) -> Since:
    has_moved = shown.schedule != deployment.schedule_hash
    was = _time_of(deployment, shown.schedule) if has_moved else None
    if number is None or shown.content == deployment.content_hash:
        return Since([], has_moved=has_moved, was=was)
    later = deployment.versions.filter(number__gte=number).order_by("number")
    known = {one.number: one for one in later.select_related("author").defer("content")}
    last = max(known)
    groups = compare(known, number, last)
    return Since(groups, known[number], known[last], has_moved=has_moved, was=was)


def _time_of(deployment: Deployment, schedule: str) -> Times | None:
    """The time behind a hash, from the record of the moves; None if nobody recorded it."""
    moves = deployment.events.filter(verb__in=["scheduled", "rescheduled"]).order_by("-sequence")
    for said in moves.values_list("after", flat=True):
        if digest({name: said.get(name) for name in ("t0", "window_end", "zone")}) == schedule:
            return Times(_instant(said.get("t0")), _instant(said.get("window_end")), said["zone"])
    return None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
