"""How much of the time a service answered, by the probes of the watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True)
class Uptime:
    """`known` is the time between the first and the last probe; what no probe saw is not in it."""

    known: timedelta
    down: timedelta

    @property
    def percent(self) -> float | None:
        """None where nothing is known, which is not the same as up."""
        if not self.known:
            return None
        return 100 * (self.known - self.down) / self.known


def uptime(probes: Sequence[tuple[datetime, bool]]) -> Uptime:
    """From probes in order of time, each with whether it was answered.

    A probe speaks for the time until the next one; the last one speaks for no time yet.
    """
    known = down = timedelta(0)
    for (at, is_up), (following, _) in pairwise(probes):
        known += following - at
        if not is_up:
            down += following - at
    return Uptime(known, down)


def together(several: Sequence[Uptime]) -> Uptime:
    """Of several addresses: the one that was down longest counts, since users met that one."""
    found = [one for one in several if one.known]
    return max(
        found, key=lambda one: one.down / one.known, default=Uptime(timedelta(0), timedelta(0))
    )
