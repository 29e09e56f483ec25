"""When an item is due and whether it is late: arithmetic over known moments, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

NOTICE = timedelta(hours=24)


def due_at(
    anchor: str, offset: timedelta | None, moments: Mapping[str, datetime]
) -> datetime | None:
    """The instant, or None where nothing is due or its moment is not known yet."""
    known = moments.get(anchor)
    return known + offset if known is not None and offset is not None else None


def is_late(due: datetime | None, now: datetime, *, is_settled: bool) -> bool:
    """Settled is what is closed, or what nobody can close any more."""
    return due is not None and due < now and not is_settled


def reminds(due: datetime, now: datetime) -> bool:
    """From 24 h before it is due, and at once where that has passed."""
    return due - NOTICE <= now
