"""Do decisions, with their dossiers, still say what history says of them?

The event of a decision names it and the digest of all that it says. Events of before there was one
name none, and decisions of then are vouched for by nothing but the triggers.
"""

from __future__ import annotations

from collections.abc import Iterator

from approvals.dossier import digest_of
from approvals.models import Decision
from audit.faults import Fault
from deployments.models import Event

AT_ONCE = 200


class Bound:
    """Which decision which event names; one entry for each, however long chains are."""

    def __init__(self) -> None:
        self._said: dict[int, tuple[str, int, str]] = {}
        self._since: dict[str, int] = {}

    def note(self, event: Event) -> None:
        number, digest = event.after.get("decision"), event.after.get("dossier")
        if isinstance(number, int) and isinstance(digest, str):
            self._said[number] = (event.chain, event.sequence, digest)
            self._since[event.chain] = min(number, self._since.get(event.chain, number))

    def faults(self, chain: str | None) -> Iterator[Fault]:
        """Asked once all events were noted."""
        if not self._said:
            return
        decisions = Decision.objects.order_by("pk").select_related("deployment")
        if chain is not None:
            decisions = decisions.filter(deployment=int(chain.partition(":")[2]))
        for decision in decisions.iterator(chunk_size=AT_ONCE):
            place, number, digest = self._said.pop(decision.pk, ("", 0, ""))
            if not place:
                yield from self._unnamed(decision)
            elif place != decision.deployment.chain_key or digest != digest_of(decision):
                yield Fault(place, number, "the decision or its dossier was changed afterwards")
        for place, number, _ in self._said.values():
            yield Fault(place, number, "the decision that it names is gone")

    def _unnamed(self, decision: Decision) -> Iterator[Fault]:
        """Somebody may have decided since the events were read; that is asked anew."""
        chain = decision.deployment.chain_key
        if decision.pk < self._since.get(chain, decision.pk + 1):
            return
        named = Event.objects.filter(chain=chain, after__decision=decision.pk)
        if not named.exists():
            yield Fault(chain, None, f"no event names the decision {decision.pk}")
