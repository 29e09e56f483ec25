"""Can the people who may sign reach every count, when one person counts once? No Django in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
