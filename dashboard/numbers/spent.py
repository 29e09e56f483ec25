"""Where the time between submitting and starting went. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from deployments.enums import State

NOTHING = timedelta(0)
HELD = frozenset({State.ON_HOLD, State.NO_GO})


@dataclass(frozen=True)
class Asked:
    """A role was asked to sign; without an end it still is."""

    role: str
    begins: datetime
    ends: datetime | None


@dataclass(frozen=True)
class Spent:
    """Every moment is worked or waited for one cause; `by_role` counts each role by itself.

    While two roles are asked at once both are waited for, so that the roles may sum up to more than
    `signatures`.
    """

    worked: timedelta = NOTHING
    signatures: timedelta = NOTHING
    held: timedelta = NOTHING
    its_time: timedelta = NOTHING
    by_role: Mapping[str, timedelta] = field(default_factory=dict)

    @property
    def waited(self) -> timedelta:
        return self.signatures + self.held + self.its_time


def spent(
    moves: Sequence[tuple[datetime, str]],
    asked: Sequence[Asked],
    begin: datetime,
    end: datetime,
) -> Spent:
    """`moves` say, in order, from when the deployment was in which state."""
    edges = {begin, end, *(at for at, _ in moves)}
    for one in asked:
        edges |= {one.begins, one.ends or end}
    times = sorted(at for at in edges if begin <= at <= end)
    sums: dict[str, timedelta] = defaultdict(timedelta)
    by_role: dict[str, timedelta] = defaultdict(timedelta)
    for at, until in pairwise(times):
        roles = {one.role for one in asked if one.begins <= at and (one.ends or end) >= until}
        cause = _cause(_state_at(moves, at), roles)
        sums[cause] += until - at
        if cause == "signatures":
            for role in roles:
                by_role[role] += until - at
    return Spent(**sums, by_role=dict(by_role))


def _state_at(moves: Sequence[tuple[datetime, str]], at: datetime) -> str:
    before = [state for moved, state in moves if moved <= at]
    return before[-1] if before else State.IN_REVIEW


def _cause(state: str, roles: set[str]) -> str:
    if state in HELD:
        return "held"
    if state == State.GO:
        return "its_time"
    return "signatures" if state == State.IN_REVIEW and roles else "worked"
