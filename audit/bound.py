"""Do decisions, with their dossiers, and votes still say what history says of them?

The event of each names it and the digest of all that it says. Events of before there was one name
none, and decisions and votes of then are vouched for by nothing but the triggers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from approvals import records
from approvals.models import Decision, Vote
from audit.faults import Fault
from deployments.canonical import digest
from deployments.models import Event

AT_ONCE = 200


@dataclass(frozen=True)
class Sort:
    """Under which names an event says number and digest, and what they are those of."""

    number: str
    digest: str
    called: str
    rows: QuerySet[Any]
    record: Callable[[Any], dict[str, Any]]


SORTS = (
    Sort(
        "decision",
        "dossier",
        "decision or its dossier",
        Decision.objects.all(),
        records.of_decision,
    ),
    Sort("vote", "record", "vote", Vote.objects.all(), records.of_vote),
)


class Bound:
    """Which event names what; one entry for each decision and vote, however long chains are."""

    def __init__(self) -> None:
        self._named = [_Named(sort) for sort in SORTS]

    def note(self, event: Event) -> None:
        for one in self._named:
            one.note(event)

    def faults(self, chain: str | None) -> Iterator[Fault]:
        """Asked once all events were noted."""
        for one in self._named:
            yield from one.faults(chain)


class _Named:
    """What the events said so far name of one sort."""

    def __init__(self, sort: Sort) -> None:
        self._sort = sort
        self._said: dict[int, tuple[str, int, str]] = {}
        self._since: dict[str, int] = {}

    def note(self, event: Event) -> None:
        number, said = event.after.get(self._sort.number), event.after.get(self._sort.digest)
        if isinstance(number, int) and isinstance(said, str):
            self._said[number] = (event.chain, event.sequence, said)
            self._since[event.chain] = min(number, self._since.get(event.chain, number))

    def faults(self, chain: str | None) -> Iterator[Fault]:
        if not self._said:
            return
        sort = self._sort
        rows = sort.rows.order_by("pk").select_related("deployment")
        if chain is not None:
            rows = rows.filter(deployment=int(chain.partition(":")[2]))
        for row in rows.iterator(chunk_size=AT_ONCE):
            place, number, said = self._said.pop(row.pk, ("", 0, ""))
            if not place:
                yield from self._unnamed(row)
            elif place != row.deployment.chain_key or said != digest(sort.record(row)):
                yield Fault(place, number, f"the {sort.called} was changed afterwards")
        for place, number, _ in self._said.values():
            yield Fault(place, number, f"the {sort.number} that it names is gone")

    def _unnamed(self, row: Decision | Vote) -> Iterator[Fault]:
        """It may have come since the events were read; that is asked anew."""
        chain = row.deployment.chain_key
        if row.pk < self._since.get(chain, row.pk + 1):
            return
        named = Event.objects.filter(chain=chain, **{f"after__{self._sort.number}": row.pk})
        if not named.exists():
            yield Fault(chain, None, f"no event names the {self._sort.number} {row.pk}")
