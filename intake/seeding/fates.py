"""What becomes of each deployment of a seeded portal: where, when, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from deployments.enums import FINAL, State

S = State
# Of what is over, most went well; of what is open, most is still being prepared.
OVER = {S.CLOSED: 85, S.ROLLED_BACK: 5, S.CANCELLED: 8, S.STOPPED: 2}
OPEN = {S.DRAFT: 25, S.IN_REVIEW: 55, S.GO: 8, S.ON_HOLD: 4, S.NO_GO: 3, S.WATCHING: 5}
STARTED = frozenset({S.IN_PROGRESS, S.WATCHING, S.CLOSED, S.ROLLED_BACK, S.STOPPED})
COMPLETED = frozenset({S.WATCHING, S.CLOSED, S.ROLLED_BACK})
LENGTH, WATCHED = timedelta(minutes=50), timedelta(hours=48)
RUNNING = 5
YEARS = timedelta(days=3 * 365)
PRODUCTS = (
    "Payments", "Ledger", "Search index", "Customer portal", "Storage layer", "Billing export",
    "Identity", "Notification hub", "Warehouse sync", "Kartenverwaltung", "Schadensmeldung",
    "Vertragsarchiv", "Reporting", "Price engine", "Order intake", "Mobile gateway",
)  # fmt: skip
KINDS = ("Release", "Hotfix", "Sprint", "Migration", "Security patch")


@dataclass(frozen=True)
class Fate:
    """`place` counts services and environments; a day's work lies around T0."""

    number: int
    state: State
    place: int
    package: str
    commit: str
    t0: datetime | None

    @property
    def was_submitted(self) -> bool:
        return self.state != S.DRAFT

    @property
    def was_decided(self) -> bool:
        return self.state in STARTED or self.state in {S.GO, S.ON_HOLD, S.NO_GO}

    @property
    def started_at(self) -> datetime | None:
        return self.t0 + timedelta(minutes=3) if self.t0 and self.state in STARTED else None

    @property
    def completed_at(self) -> datetime | None:
        return self.started_at + LENGTH if self.started_at and self.state in COMPLETED else None


def fates(count: int, places: int, now: datetime, random: Random, *, free: int) -> list[Fate]:
    """A twentieth is open; the first few of those run, in the `free` places that come first.

    What is open lies in the coming weeks, what is over in the last three years.
    """
    found = []
    seen: dict[bool, int] = {True: 0, False: 0}
    for number in range(count):
        is_open = number % 20 == 0
        place, nth = random.randrange(places), seen[is_open]
        seen[is_open] += 1
        if is_open and nth < min(free, RUNNING):
            state, place = S.IN_PROGRESS, nth
        else:
            state = _state(OPEN if is_open else OVER, nth, random)
        found.append(
            Fate(
                number, state, place, _package(number, random), f"{random.getrandbits(160):040x}",
                _t0(state, now, random),
            )
        )  # fmt: skip
    return found


def _state(table: dict[State, int], nth: int, random: Random) -> State:
    """By weight; the first dozen takes turns, so that a small portal has some of everything."""
    if nth < 12:
        return list(table)[nth % len(table)]
    return random.choices(list(table), list(table.values()))[0]


def _package(number: int, random: Random) -> str:
    version = f"{random.randint(1, 9)}.{random.randint(0, 40)}.{random.randint(0, 9)}"
    return f"{random.choice(PRODUCTS)} {version} {random.choice(KINDS)} {number:06}"


def _t0(state: State, now: datetime, random: Random) -> datetime | None:
    """To the quarter of an hour, as people plan."""
    if state == S.DRAFT and random.random() < 0.4:
        return None
    hour = now.replace(minute=0, second=0, microsecond=0)
    quarter = timedelta(minutes=15 * random.randrange(4))
    if state == S.IN_PROGRESS:
        return hour - timedelta(minutes=15)
    if state == S.WATCHING:
        return hour - timedelta(hours=random.randint(2, 40)) + quarter
    if state in FINAL:
        return hour - timedelta(hours=random.randint(60, int(YEARS.total_seconds()) // 3600))
    return hour + timedelta(hours=random.randint(6, 40 * 24)) + quarter
