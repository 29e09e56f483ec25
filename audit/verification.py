"""Does every chain still say what was written? Each hash is recomputed, each place checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from audit.bound import Bound
from audit.countersigned import faults_of_checkpoints
from audit.faults import Fault
from deployments.history import fingerprint
from deployments.models import Chain, Deployment, Event

BATCH = 2000


@dataclass(frozen=True)
class Verification:
    events: int
    chains: int
    faults: list[Fault]
    checkpoints: int = 0

    @property
    def holds(self) -> bool:
        return not self.faults


def verify(chain: str | None = None) -> Verification:
    """Check one chain or all, what they say of decisions and votes, and what checkpoints saw.

    It reads in batches, so that any number of events fits.

    Each event is read together with the head of its chain, in one statement: somebody who acts
    meanwhile moves both or neither.
    """
    count, seen, faults, bound = 0, 0, _emptied(chain), Bound()
    for key, members in groupby(_events(chain), key=attrgetter("chain")):
        length, found = _check(key, members, bound)
        count, seen, faults = count + length, seen + 1, faults + found
    faults += bound.faults(chain)
    checkpoints, found = faults_of_checkpoints(chain)
    return Verification(count, seen, faults + found, checkpoints)


def _events(chain: str | None) -> Iterator[Any]:
    head = Chain.objects.filter(key=OuterRef("chain"))
    events = Event.objects.order_by("chain", "sequence").annotate(
        head_count=Coalesce("deployment__event_count", Subquery(head.values("event_count"))),
        head_hash=Coalesce("deployment__event_head", Subquery(head.values("event_head"))),
    )
    if chain is not None:
        events = events.filter(chain=chain)
    return events.iterator(chunk_size=BATCH)


def _emptied(chain: str | None) -> list[Fault]:
    """Heads that count events of which none is left."""
    deployments = Deployment.objects.annotate(
        key=Concat(Value("deployment:"), Cast("pk", CharField()))
    )
    faults = []
    for heads in (deployments, Chain.objects.all()):
        left = Exists(Event.objects.filter(chain=OuterRef("key")))
        gone = heads.filter(~left, event_count__gt=0)
        if chain is not None:
            gone = gone.filter(key=chain)
        for key, count in gone.values_list("key", "event_count"):
            faults.append(Fault(key, 0, f"all {count} events of this chain are gone"))
    return faults


def _check(key: str, events: Iterable[Any], bound: Bound) -> tuple[int, list[Fault]]:
    faults: list[Fault] = []
    place, previous, head = 0, "", (0, "")
    for event in events:
        place += 1
        if event.sequence != place:
            faults.append(Fault(key, place, f"event {place} is missing"))
            place = event.sequence
        if event.previous_hash != previous:
            faults.append(Fault(key, place, "it does not follow the event before it"))
        if event.hash != fingerprint(event):
            faults.append(Fault(key, place, "it was changed after it was written"))
        bound.note(event)
        previous, head = event.hash, (event.head_count, event.head_hash)
    if head != (place, previous):
        faults.append(Fault(key, place, f"the chain should end at event {head[0]}"))
    return place, faults
