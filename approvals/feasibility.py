"""Can the people who may sign reach every count, when one person counts once? No Django in here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True)
class Demand:
    """One rule's need: `count` different people out of the `eligible`, who hold its role and may.

    `holders` counts everybody who holds the role, those that may not sign this content included.
    """

    title: str
    count: int
    eligible: frozenset[int]
    holders: int

    @property
    def is_short(self) -> bool:
        return len(self.eligible) < self.count


def crowded(demands: Sequence[Demand]) -> list[Demand]:
    """Demands that could each be met but not together, since somebody would be needed twice.

    People are seated one by one; whoever finds no seat even when others move names the demands
    that share too few people (Hall's condition).
    """
    alone = [demand for demand in demands if not demand.is_short]
    seats: dict[int, int] = {}
    for place, demand in enumerate(alone):
        for _ in range(demand.count):
            reached: set[int] = set()
            if not _seat(place, alone, seats, reached):
                return [alone[one] for one in sorted(reached)]
    return []


def people_of(demands: Sequence[Demand]) -> int:
    """How many different people these demands have between them."""
    return len(frozenset[int]().union(*(demand.eligible for demand in demands)))


@dataclass(frozen=True)
class Away:
    """One person's absence, and who signs for them meanwhile, if anybody does and may."""

    person: int
    starts_at: datetime
    ends_at: datetime
    stand_in: int | None = None

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Gap:
    """A time in which some counts cannot be reached since people are away.

    `short` are those that lack people by themselves; else `crowd` are those that share too few.
    """

    starts_at: datetime
    ends_at: datetime
    short: tuple[str, ...]
    crowd: tuple[str, ...]
    away: frozenset[int]


def gaps(
    demands: Sequence[Demand], absences: Collection[Away], start: datetime, end: datetime
) -> list[Gap]:
    """When between the two instants the counts cannot be reached, though they could be otherwise.

    What is missing at all times, whoever is there, is no gap. Neighbouring times with the same
    reason are one.
    """
    possible = [one for one in demands if not one.is_short]
    is_crowded_anyway = bool(crowded(possible))
    found: list[Gap] = []
    for first, last in _stretches(absences, start, end):
        gap = _gap(possible, absences, first, last, is_crowded_anyway)
        if gap is None:
            continue
        if found and found[-1].ends_at == gap.starts_at and _is_same(found[-1], gap):
            gap = replace(gap, starts_at=found.pop().starts_at)
        found.append(gap)
    return found


def present(demand: Demand, absences: Collection[Away], at: datetime) -> Demand:
    """The demand as it can be met at one instant: by those who are there, some for others.

    A stand-in who is away as well signs for nobody, and nobody signs for them as a stand-in.
    """
    away = {one.person: one for one in absences if one.covers(at)}
    there = {person for person in demand.eligible if person not in away}
    for person in demand.eligible & away.keys():
        stand_in = away[person].stand_in
        if stand_in is not None and stand_in not in away:
            there.add(stand_in)
    return replace(demand, eligible=frozenset(there))


def _stretches(
    absences: Collection[Away], start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The time cut where somebody leaves or comes back."""
    ends = {at for one in absences for at in (one.starts_at, one.ends_at) if start < at < end}
    cuts = [start, *sorted(ends), end]
    return list(pairwise(cuts)) if start < end else []


def _gap(
    demands: Sequence[Demand],
    absences: Collection[Away],
    first: datetime,
    last: datetime,
    is_crowded_anyway: bool,
) -> Gap | None:
    there = [present(one, absences, first) for one in demands]
    short = tuple(one.title for one in there if one.is_short)
    crowd = () if short or is_crowded_anyway else tuple(one.title for one in crowded(there))
    if not short and not crowd:
        return None
    wanted = frozenset[int]().union(
        *(one.eligible for one in demands if one.title in {*short, *crowd})
    )
    away = frozenset(one.person for one in absences if one.covers(first) and one.person in wanted)
    return Gap(first, last, short, crowd, away)


def _is_same(one: Gap, other: Gap) -> bool:
    return (one.short, one.crowd, one.away) == (other.short, other.crowd, other.away)


def _seat(place: int, demands: Sequence[Demand], seats: dict[int, int], reached: set[int]) -> bool:
    """Find one more person for a demand, if need be by finding another for somebody else's."""
    reached.add(place)
    eligible = sorted(demands[place].eligible)
    for person in eligible:
        if person not in seats:
            seats[person] = place
            return True
    for person in eligible:
        if seats[person] not in reached and _seat(seats[person], demands, seats, reached):
            seats[person] = place
            return True
    return False
