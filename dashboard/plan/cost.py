"""What a change of the plan costs others, known before it is done: signatures and ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction

from approvals.signoff import counting, standings
from checklists.enums import CLOSED
from deployments.exceptions import Refused
from deployments.models import Deployment

Result = TypeVar("Result")


@dataclass(frozen=True)
class Cost:
    """How many signatures become stale and which confirmed items open again."""

    changes: bool
    signatures: int = 0
    reopened: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What a form carries to say that the person knows it; empty where nothing is lost."""
        if not self.signatures and not self.reopened:
            return ""
        return f"{self.signatures}-{len(self.reopened)}"

    @property
    def sentence(self) -> str:
        if not self.changes:
            return "Nothing is changed; saving costs nobody anything."
        said = []
        if self.signatures:
            said.append(f"{_count(self.signatures, 'signature')} become{_s(self.signatures)} stale")
        if len(self.reopened) == 1:
            said.append(f"“{self.reopened[0]}” has to be confirmed again")
        elif self.reopened:
            said.append(f"{len(self.reopened)} items have to be confirmed again")
        return f"{' and '.join(said)}." if said else "No signature becomes stale."


class Costly(Refused):
    """It can be done, but not before the person has been told what it costs."""

    def __init__(self, cost: Cost) -> None:
        super().__init__(cost.sentence)
        self.cost = cost


class Rehearsed(Costly):
    """It was only asked for what it would cost; nothing is saved."""

    status = 200


@transaction.atomic
def weighed(
    deployment_id: int, act: Callable[[], Result], *, known: str, rehearse: bool = False
) -> Result:
    """Do the act and keep it only if the person knows its cost; `known` is the key they were shown.

    Raises Costly otherwise, and Rehearsed in any case if it is only to be told; both undo it.
    """
    before = _standing(deployment_id)
    result = act()
    cost = _between(before, _standing(deployment_id), changes=bool(result))
    if rehearse:
        raise Rehearsed(cost)
    if cost.key and cost.key != known:
        raise Costly(cost)
    return result


def _standing(deployment_id: int) -> tuple[int, dict[int, str]]:
    deployment = Deployment.objects.lock(deployment_id)
    closed = deployment.items.filter(state__in=list(CLOSED)).values_list("pk", "text")
    return counting(standings(deployment)), dict(closed)


def _between(
    before: tuple[int, dict[int, str]], after: tuple[int, dict[int, str]], *, changes: bool
) -> Cost:
    lost = tuple(text for pk, text in before[1].items() if pk not in after[1])
    return Cost(changes, max(0, before[0] - after[0]), lost)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _s(number: int) -> str:
    return "s" if number == 1 else ""
