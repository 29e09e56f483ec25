"""What there is to know of a running portal, in nine questions whatever its size.

The page asks two more for what a person reads: whose copies are in doubt, and why others failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from communications.enums import EXPLAINED, TROUBLED, UNDER_WAY, WAITING, DeliveryState
from communications.models import Delivery, Message
from communications.sending.backlog import COPY_SINCE, MESSAGE_SINCE
from deployments import clock, hints
from deployments.models import Outbox, PortalHold, Tick
from gates.enums import RunState
from gates.models import GateRun

RECENTLY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))
# For so long a copy that failed, or of which nobody knows, is shown here.
TROUBLE_SHOWN = timedelta(days=7)
MOST_SHOWN = 10
ON_THEIR_WAY = tuple(sorted(WAITING | UNDER_WAY))


@dataclass(frozen=True)
class Mail:
    """Messages and their copies; `waiting_since` is that of the oldest that could leave now."""

    copies: Mapping[str, int]
    messages_due: int
    waiting_since: datetime | None
    not_ready: int
    sent: Mapping[timedelta, int]
    troubled: Mapping[str, int]


@dataclass(frozen=True)
class Queue:
    """Rows that wait for a worker; `stuck` ones do not get on however often they are tried."""

    due: int
    oldest: datetime | None
    stuck: int
    running: int = 0


@dataclass(frozen=True)
class Figures:
    at: datetime
    hold: PortalHold | None
    mail: Mail
    runs: Queue
    outbox: Queue
    ticks: Mapping[str, datetime]
    broker: bool

    def age(self, since: datetime | None) -> float:
        """In seconds; nothing that waits is of no age."""
        return max((self.at - since).total_seconds(), 0.0) if since else 0.0


def figures() -> Figures:
    now = clock.now()
    return Figures(
        at=now,
        hold=PortalHold.objects.first(),
        mail=_mail(now),
        runs=_runs(now),
        outbox=_outbox(),
        ticks=dict(Tick.objects.order_by("name").values_list("name", "at")),
        broker=hints.broker_answers(),
    )


def _mail(now: datetime) -> Mail:
    counts = {name: Count("pk", filter=Q(state=name)) for name in ON_THEIR_WAY}
    copies = Delivery.objects.on_their_way(now).aggregate(oldest=Min(COPY_SINCE), **counts)
    messages = Message.objects.ripe(now).aggregate(
        due=Count("pk"), oldest=Min(MESSAGE_SINCE), not_ready=Count("pk", filter=Q(failures__gt=0))
    )
    oldest = [since for since in (copies.pop("oldest"), messages["oldest"]) if since]
    troubled = _recent(now).filter(state__in=sorted(TROUBLED))
    return Mail(
        copies=copies,
        messages_due=messages["due"],
        waiting_since=min(oldest, default=None),
        not_ready=messages["not_ready"],
        sent=_sent(now),
        troubled=troubled.aggregate(
            **{name: Count("pk", filter=Q(state=name)) for name in sorted(TROUBLED)}
        ),
    )


def reasons(now: datetime) -> Sequence[Mapping[str, Any]]:
    """What mail servers said of copies that wait or failed, what is said most often first."""
    explained = _recent(now).filter(state__in=sorted(EXPLAINED)).values("state", "last_error")
    counted = explained.annotate(copies=Count("pk"), last=Max("due_at"))
    return list(counted.order_by("-copies", "last_error")[:MOST_SHOWN])


def doubtful(now: datetime) -> Sequence[Mapping[str, Any]]:
    """The deployments with copies of which nobody knows whether they left, the newest first."""
    found = _recent(now).filter(state=DeliveryState.UNKNOWN)
    of_each = found.values("message__deployment", "message__deployment__package")
    return list(of_each.annotate(copies=Count("pk")).order_by("-message__deployment")[:MOST_SHOWN])


def _recent(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(due_at__gt=now - TROUBLE_SHOWN).order_by()


def _sent(now: datetime) -> dict[timedelta, int]:
    longest = max(RECENTLY)
    sent = Delivery.objects.filter(state=DeliveryState.SENT, sent_at__gt=now - longest)
    found = sent.aggregate(
        **{f"last_{n}": Count("pk", filter=Q(sent_at__gt=now - span)) for n, span in _spans()}
    )
    return {span: found[f"last_{n}"] for n, span in _spans()}


def _spans() -> list[tuple[int, timedelta]]:
    return list(enumerate(RECENTLY))


def _runs(now: datetime) -> Queue:
    due = Q(due_at__lte=now) & (Q(lease_until=None) | Q(lease_until__lt=now))
    found = GateRun.objects.live().aggregate(
        due=Count("pk", filter=due),
        oldest=Min("due_at", filter=due),
        running=Count("pk", filter=Q(state=RunState.RUNNING, lease_until__gte=now)),
        stuck=Count("pk", filter=due & Q(starts__gt=0)),
    )
    return Queue(**found)


def _outbox() -> Queue:
    found = Outbox.objects.aggregate(
        due=Count("pk"), oldest=Min("event__at"), stuck=Count("pk", filter=Q(attempts__gt=0))
    )
    return Queue(**found)
