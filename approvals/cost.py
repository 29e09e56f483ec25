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
    """How many signatures become stale, which confirmed items open again and which are gone."""

    changes: bool
    signatures: int = 0
    reopened: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What a form carries to say that the person knows it; empty where nothing is lost."""
        if not (self.signatures or self.reopened or self.gone):
            return ""
        gone = f"-{len(self.gone)}" if self.gone else ""
        return f"{self.signatures}-{len(self.reopened)}{gone}"

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
        if len(self.gone) == 1:
            said.append(f"“{self.gone[0]}” is confirmed already")
        elif self.gone:
            said.append(f"{len(self.gone)} of them are confirmed already")
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


@dataclass(frozen=True)
class Standing:
    """What counts: the number of signatures, and the items with whether they are closed."""

    signatures: int
    closed: dict[int, bool]
    texts: dict[int, str]


def _standing(deployment_id: int) -> Standing:
    deployment = Deployment.objects.lock(deployment_id)
    items = list(deployment.items.order_by("position").values_list("pk", "text", "state"))
    return Standing(
        counting(standings(deployment)),
        {pk: state in CLOSED for pk, _, state in items},
        {pk: text for pk, text, _ in items},
    )


def _between(before: Standing, after: Standing, *, changes: bool) -> Cost:
    lost = [pk for pk, is_closed in before.closed.items() if is_closed and not after.closed.get(pk)]
    return Cost(
        changes,
        max(0, before.signatures - after.signatures),
        reopened=tuple(before.texts[pk] for pk in lost if pk in after.closed),
        gone=tuple(before.texts[pk] for pk in lost if pk not in after.closed),
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _s(number: int) -> str:
    return "s" if number == 1 else ""
