"""When is a message due, until when is it of use, and when is it tried again? No Django in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A notice is of no use from here to T0, an answer to go/no-go from T0 on.
NOTICE_ENDS_BEFORE_T0 = timedelta(hours=2)
COMPLETION_IS_NEWS_FOR = timedelta(hours=24)
REPORT_IS_OF_USE_FOR = timedelta(hours=72)
NEWS_OF_A_DAY = frozenset(
    {
        "complete", "correction", "hold", "no_go", "recall", "rollback", "rolled_back", "stopped",
        "step_failed", "overrun",
    }
)  # fmt: skip
COLLAPSES_WITHIN = timedelta(minutes=5)
NOTICE_BEFORE_T0 = timedelta(hours=24)
LONGEST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True)
class Calendar:
    """A time of the day so many days from the anchor's day, both as a clock in the zone shows."""

    day: int
    at: time
    zone: ZoneInfo

    def on_the_clock(self, moment: datetime) -> datetime:
        """What the clock on the wall is to show, without a zone."""
        day = moment.astimezone(self.zone).date() + timedelta(days=self.day)
        return datetime.combine(day, self.at)

    def instant(self, moment: datetime) -> datetime:
        """The UTC instant; nobody can be asked each time that T0 moves, so a rule decides.

        RFC 5545, 3.3.5: a time that exists twice is the first of the two, and one that does not
        exist is counted from the offset before the gap, so that 02:30 leaves when it is 03:30.
        """
        local = self.on_the_clock(moment).replace(tzinfo=self.zone, fold=0)
        return local.astimezone(UTC)

    def oddity(self, moment: datetime) -> str:
        """What is to be said where the clock changes just then; mostly nothing."""
        local = self.on_the_clock(moment)
        early, late = (
            local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)
        )
        if early == late:
            return ""
        said = f"{local:%H:%M} of {local:%-d %B %Y}"
        if early < late:
            return f"{said} exists twice in {self.zone.key}; it leaves at the first of them."
        leaves = early.astimezone(self.zone)
        return f"{said} does not exist in {self.zone.key}; it leaves at {leaves:%H:%M}."


def due_time(
    anchors: Mapping[str, datetime | None],
    anchor: str,
    offset: timedelta,
    calendar: Calendar | None = None,
) -> datetime | None:
    """Elapsed time from the anchor, or calendar time; None while the anchor has not happened."""
    moment = anchors.get(anchor)
    if moment is None:
        return None
    return calendar.instant(moment) if calendar else moment + offset


def useful_until(kind: str, due: datetime, t0: datetime | None) -> datetime | None:
    """The instant from which the message would only confuse; None where an event ends its use.

    A plan may put a notice nearer to T0 than the usual limit; it is then of use until T0.
    """
    if kind == "notice" and t0:
        limit = t0 - NOTICE_ENDS_BEFORE_T0
        return limit if due < limit else t0
    if kind == "go_no_go" and t0:
        return t0
    if kind == "start":
        return None
    return due + (COMPLETION_IS_NEWS_FOR if kind in NEWS_OF_A_DAY else REPORT_IS_OF_USE_FOR)


def correction_due(rescheduled_at: datetime) -> datetime:
    """A while after the last move, so that somebody who tries three times tells once."""
    return rescheduled_at + COLLAPSES_WITHIN


def wait_before_retry(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 2 s, doubling, at most a minute."""
    return min(timedelta(seconds=2 ** min(max(attempts, 1), 6)), LONGEST_WAIT)
