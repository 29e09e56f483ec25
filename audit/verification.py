"""Does every chain still say what was written? Each hash is recomputed, each place checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from deployments.history import fingerprint
from deployments.models import Chain, Deployment, Event

BATCH = 2000


@dataclass(frozen=True)
class Fault:
    """One place where a chain no longer holds, and what is wrong there."""

    chain: str
    sequence: int
    sentence: str


@dataclass(frozen=True)
class Verification:
    events: int
    chains: int
    faults: list[Fault]

    @property
    def holds(self) -> bool:
        return not self.faults


def verify(chain: str | None = None) -> Verification:
    """Check one chain or all of them, reading in batches so that any number of events fits."""
    events = Event.objects.order_by("chain", "sequence")
    if chain is not None:
        events = events.filter(chain=chain)
    heads = dict(_heads(chain))
    count, seen, faults = 0, 0, list[Fault]()
    for key, members in groupby(events.iterator(chunk_size=BATCH), key=attrgetter("chain")):
        length, found = _check(key, members, heads.pop(key, None))
        count, seen, faults = count + length, seen + 1, faults + found
    for key, (expected, _) in heads.items():
        if expected:
            faults.append(Fault(key, 0, f"all {expected} events of this chain are gone"))
    return Verification(count, seen, faults)


def _heads(chain: str | None) -> Iterator[tuple[str, tuple[int, str]]]:
    """What each chain's own row says: how many events there are, and the hash of the last."""
    for deployment in Deployment.objects.only("pk", "event_count", "event_head").iterator():
        if chain in {None, deployment.chain_key}:
            yield deployment.chain_key, (deployment.event_count, deployment.event_head)
    for other in Chain.objects.all():
        if chain in {None, other.key}:
            yield other.key, (other.event_count, other.event_head)


def _check(
    key: str, events: Iterable[Event], head: tuple[int, str] | None
) -> tuple[int, list[Fault]]:
    faults: list[Fault] = []
    place, previous = 0, ""
    for event in events:
        place += 1
        if event.sequence != place:
            faults.append(Fault(key, place, f"event {place} is missing"))
            place = event.sequence
        if event.previous_hash != previous:
            faults.append(Fault(key, place, "it does not follow the event before it"))
        if event.hash != fingerprint(event):
            faults.append(Fault(key, place, "it was changed after it was written"))
        previous = event.hash
    if head is None:
        faults.append(Fault(key, place, "the chain has no head that accounts for it"))
    elif head != (place, previous):
        faults.append(Fault(key, place, f"the chain should end at event {head[0]}"))
    return place, faults
