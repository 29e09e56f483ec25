"""Who knows which time, and who therefore has to be told what? No Django in here.

A copy of a schedule revision leaves only while that revision is the current one, so the copy of
the highest revision is what its reader was told last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from communications.enums import SAYS_WHAT_MOVED, Kind
from communications.schedule import NOTICE_BEFORE_T0


@dataclass(frozen=True)
class Copy:
    """One copy that names T0; `told` once its reader has or may have it, until then on its way."""

    reader: str
    kind: str
    plan: int | None
    revision: int
    t0: datetime
    told: bool = True
    at: datetime | None = None


# What these say besides a time: that it does not take place as it stands.
STOPS: dict[str, str] = {
    Kind.HOLD: "on_hold",
    Kind.NO_GO: "no_go",
    Kind.CANCELLATION: "cancelled",
    Kind.ROLLBACK: "rolling_back",
    Kind.ROLLED_BACK: "rolled_back",
    Kind.STOPPED: "stopped",
}
SAID: dict[str, str] = {
    Kind.HOLD: "on hold",
    Kind.NO_GO: "no-go",
    Kind.CANCELLATION: "cancelled",
    Kind.ROLLBACK: "being rolled back",
    Kind.ROLLED_BACK: "rolled back",
    Kind.STOPPED: "stopped",
}


def last_told(copies: Iterable[Copy]) -> dict[str, Copy]:
    """What each reader was told last; of one revision the latest, one in doubt before all."""
    there = [copy for copy in copies if copy.told]
    there.sort(key=lambda copy: (copy.revision, copy.at is None, copy.at))
    return {copy.reader: copy for copy in there}


def knowing(copies: Iterable[Copy], kind: str, t0: datetime | None) -> set[str]:
    """Whoever was told last just this."""
    last = last_told(copies)
    return {reader for reader, one in last.items() if (one.kind, one.t0) == (kind, t0)}


def is_true(last: Copy, t0: datetime | None, state: str) -> bool:
    """Whether what the copy said is so now: its T0, and that it takes place or does not."""
    stops = state if state in STOPS.values() else ""
    return last.t0 == t0 and STOPS.get(last.kind, "") == stops


def said(last: Copy) -> str:
    """What the copy said besides its time."""
    return SAID.get(last.kind, "")


def of_kind(copies: Iterable[Copy], kind: str) -> set[str]:
    return readers(copy for copy in copies if copy.told and copy.kind == kind)


def of_its_start(copies: Iterable[Copy]) -> set[str]:
    """Whoever was told that it started or was complete; else whoever was told anything of it."""
    there = [copy for copy in copies if copy.told]
    begun = readers(copy for copy in there if copy.kind in {Kind.START, Kind.COMPLETE})
    return begun or readers(there)


def readers(copies: Iterable[Copy]) -> set[str]:
    return {copy.reader for copy in copies}


def outdated(copies: Iterable[Copy], revision: int, t0: datetime | None) -> dict[str, datetime]:
    """Whoever was last told another T0 than this one before the revision, with that T0."""
    last: dict[str, Copy] = {}
    for copy in sorted(copies, key=lambda copy: copy.revision):
        if copy.told and copy.revision < revision:
            last[copy.reader] = copy
    return {reader: copy.t0 for reader, copy in last.items() if copy.t0 != t0}


def corrected(copies: Iterable[Copy], revision: int) -> set[str]:
    """Whoever has, or is about to get, a message of this revision that says what moved."""
    return readers(
        copy for copy in copies if copy.revision == revision and copy.kind in SAYS_WHAT_MOVED
    )


def to_correct(copies: Sequence[Copy], revision: int, t0: datetime | None) -> dict[str, datetime]:
    """Who gets the correction of this revision, each with the T0 they knew."""
    done = corrected(copies, revision)
    return {
        reader: knew
        for reader, knew in outdated(copies, revision, t0).items()
        if reader not in done
    }


def spared(
    copies: Sequence[Copy],
    *,
    kind: str,
    plan: int | None,
    revision: int,
    t0: datetime | None,
    correction_pending: bool,
) -> set[str]:
    """Who needs no copy of a planned message, for they have it or a correction stands in for it.

    A correction stands in for the 24 h notice if it goes less than 24 h before T0.
    """
    same = readers(
        copy for copy in copies if copy.told and plan and copy.plan == plan and copy.t0 == t0
    )
    if kind != Kind.NOTICE or t0 is None:
        return same
    late = readers(
        copy
        for copy in copies
        if copy.revision == revision
        and copy.kind in SAYS_WHAT_MOVED
        and (copy.at is None or copy.at > t0 - NOTICE_BEFORE_T0)
    )
    waiting = set(to_correct(copies, revision, t0)) if correction_pending else set()
    return same | late | waiting
