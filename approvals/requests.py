"""How far the asking for a signature has come, and when the next word is due. No Django in here."""

from __future__ import annotations

from datetime import datetime, timedelta

from approvals.enums import Stage
from approvals.polling import closing, opening

SHARES: dict[Stage, float] = {
    Stage.ASKED: 0.0,
    Stage.HALF: 0.5,
    Stage.LATE: 0.8,
    Stage.OVERDUE: 1.0,
}


def due_of(t0: datetime, asked_until: timedelta | None, asked_at: datetime) -> datetime:
    """When the signature is due: a while before T0, else when the poll opens.

    Where that is past already when it is asked, it is due when such a late poll closes.
    """
    due = t0 - asked_until if asked_until is not None else opening(t0)
    return due if due > asked_at else closing(t0, asked_at)


def stage_at(asked_at: datetime, due_at: datetime, now: datetime) -> Stage:
    """The last stage that has come; what was slept through before it is not told any more."""
    return max(
        (stage for stage in SHARES if moment(asked_at, due_at, stage) <= now),
        key=SHARES.__getitem__,
        default=Stage.ASKED,
    )


def moment(asked_at: datetime, due_at: datetime, stage: Stage) -> datetime:
    return asked_at + (due_at - asked_at) * SHARES[stage]


def next_moment(asked_at: datetime, due_at: datetime, told: Stage) -> datetime | None:
    """When the stage after this one comes; None after the last."""
    later = [stage for stage in SHARES if SHARES[stage] > SHARES[told]]
    return moment(asked_at, due_at, later[0]) if later else None
