"""When a metric is asked next: often at first, then less and less."""

from datetime import datetime, timedelta

# Up to so many paces after the opening, every so manieth of them.
PHASES = ((30, 1), (360, 5))
LATER = 15


def next_reading(
    opened_at: datetime, ends_at: datetime, pace: timedelta, now: datetime
) -> datetime | None:
    """The first instant of the schedule after `now`; None once the watch is over.

    With the usual pace of a minute: each minute for 30 minutes, every 5 until 6 hours, then
    every 15. The schedule is fixed by the opening, so that a late reading shifts no later one.
    """
    if now < opened_at:
        return opened_at
    for until, step in PHASES:
        following = _following(opened_at, pace * step, now)
        if following <= opened_at + until * pace:
            return _within(following, ends_at)
    return _within(_following(opened_at, pace * LATER, now), ends_at)


def _following(opened_at: datetime, every: timedelta, now: datetime) -> datetime:
    past = (now - opened_at) // every
    return opened_at + (past + 1) * every


def _within(instant: datetime, ends_at: datetime) -> datetime | None:
    return instant if instant <= ends_at else None


def silence(opened_at: datetime, pace: timedelta, now: datetime) -> timedelta:
    """How long a metric may give no value before that is told: three readings, as due now."""
    past = now - opened_at
    step = next((step for until, step in PHASES if past <= until * pace), LATER)
    return 3 * step * pace
