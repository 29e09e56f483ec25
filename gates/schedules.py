"""How often a kind is sampled, how long an answer holds, and how many samples decide."""

from dataclasses import dataclass
from datetime import timedelta

from gates.streaks import Limits


@dataclass(frozen=True)
class Schedule:
    """How a kind is sampled: pause between samples, time for a whole run, and how long it holds."""

    limits: Limits
    freshness: timedelta
    interval: timedelta = timedelta(seconds=10)
    settle: timedelta = timedelta(0)
    timeout: timedelta = timedelta(minutes=10)


_LIVE = Limits(need_good=3, max_bad=5, max_bad_streak=3, max_error_streak=5)
# Fetched where the gate names an address; a report of tens of megabytes is not asked for often.
REPORT = Schedule(
    Limits(max_error_streak=2), freshness=timedelta(hours=24), interval=timedelta(minutes=1)
)
HEALTH = Schedule(_LIVE, freshness=timedelta(minutes=5))
METRIC = Schedule(_LIVE, freshness=timedelta(minutes=15))
# What does not flutter needs one look.
CERTIFICATE = Schedule(Limits(max_error_streak=2), freshness=timedelta(hours=1))
STANDING = Schedule(Limits(max_error_streak=2), freshness=timedelta(hours=1))
