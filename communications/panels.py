"""The message plan as every viewer sees it, and the page with recipients and acts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, DateTimeField, Func, Max, Q, QuerySet

from communications import audience, policies
from communications.enums import UNDER_WAY, WAITING, DeliveryState, Fate, MessageState
from communications.models import Delivery, Message, MessagePlan
from deployments import clock
from deployments.models import Deployment
from deployments.policies import Rights

TROUBLED = (DeliveryState.FAILED, DeliveryState.RETRY, DeliveryState.UNKNOWN)
COPY_WORDS: dict[str, str] = {
    DeliveryState.FAILED: "failed",
    DeliveryState.RETRY: "to be tried again",
    DeliveryState.UNKNOWN: "not known whether they left",
    DeliveryState.CANCELLED: "cancelled",
    DeliveryState.SUPERSEDED: "superseded by a new time",
    DeliveryState.MISSED: "missed",
}


@dataclass
class Entry:
    """One line of the timeline: a plan line until its time is known, from then on its message."""

    plan: MessagePlan | None
    message: Message | None
    becomes: Fate
    counts: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    copies: list[Delivery] = field(default_factory=list)
    refusal_to_send: str = ""
    refusal_to_skip: str = ""

    @property
    def title(self) -> str:
        return self.message.title if self.message else str(self.plan)

    @property
    def position(self) -> int:
        return self.plan.position if self.plan else 0

    @property
    def anchor_words(self) -> str:
        return self.plan.when if self.plan else ""

    @property
    def at(self) -> datetime | None:
        if self.message is None:
            return None
        return self.message.first_sent_at or self.message.due_at

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def state(self) -> str:
        """The word for the whole message, as the `status` tag knows them."""
        if self.message is None:
            return "pending"
        if self.message.state == MessageState.PLANNED:
            return "scheduled" if self.becomes in {Fate.LEAVE, Fate.WAIT} else self.becomes.value
        if self.message.state != MessageState.LEAVING:
            return self.message.state
        return self._state_of_copies()

    def _state_of_copies(self) -> str:
        """The worst of its copies, or that they are on their way."""
        for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.RETRY):
            if self.counts.get(state):
                return state.value
        if any(self.counts.get(state) for state in WAITING | UNDER_WAY):
            return DeliveryState.DISPATCHING.value
        given_up = [state for state in COPY_WORDS if self.counts.get(state)]
        return given_up[0] if given_up and not self.sent else DeliveryState.SENT.value

    @property
    def sent(self) -> int:
        return self.counts.get(DeliveryState.SENT, 0)

    @property
    def words(self) -> str:
        """The state in words; copies are counted as soon as there are any."""
        if self.message is None:
            return "Planned"
        if self.message.state == MessageState.LEAVING:
            return f"{self.sent} of {self.total} sent" if self.total else "Nobody left to tell"
        if self.state == "scheduled":
            return "Waits" if self.becomes == Fate.WAIT else "Planned"
        return str(MessageState(self.state).label)

    @property
    def troubles(self) -> str:
        """Such as “2 failed, 1 to be tried again”."""
        return ", ".join(
            f"{self.counts[state]} {word}"
            for state, word in COPY_WORDS.items()
            if self.counts.get(state)
        )

    @property
    def can_act(self) -> bool:
        return self.state == "scheduled"


def messages_panel(deployment: Deployment) -> dict[str, Any]:
    """The timeline in three queries, however many messages and recipients there are."""
    return {
        "deployment": deployment,
        "entries": _entries(deployment, _counted(deployment.messages.all())),
        "unreachable": [str(person) for person in audience.unreachable(deployment.service)],
    }


def messages_page(deployment: Deployment, rights: Rights) -> dict[str, Any]:
    """The timeline with every recipient, and what this person may do to each message."""
    now = clock.now()
    entries = _entries(deployment, _counted(deployment.messages.prefetch_related("deliveries")))
    for entry in entries:
        if entry.message is not None:
            entry.copies = list(entry.message.deliveries.all())
            send = policies.refusal_to_send_now(rights, entry.message, deployment, now)
            skip = policies.refusal_to_skip(rights, entry.message)
            entry.refusal_to_send = send.sentence if send else ""
            entry.refusal_to_skip = skip.sentence if skip else ""
    return {
        "deployment": deployment,
        "entries": entries,
        "unreachable": [str(person) for person in audience.unreachable(deployment.service)],
    }


def _counted(messages: QuerySet[Message]) -> QuerySet[Message]:
    """With how many copies are in each state, why some did not leave, and what time it is."""
    counts = {
        f"copies_{state.value}": Count("deliveries", filter=Q(deliveries__state=state))
        for state in DeliveryState
    }
    reasons = ArrayAgg(
        "deliveries__last_error",
        filter=Q(deliveries__state__in=TROUBLED) & ~Q(deliveries__last_error=""),
        distinct=True,
        default=[],
    )
    # An aggregate, for grouping by a clock that goes on would tear one message's copies apart.
    now = Max(Func(function="portal_now", output_field=DateTimeField()))
    named = messages.select_related("plan", "skipped_by")
    return named.annotate(**counts, reasons=reasons, read_at=now)


def _entries(deployment: Deployment, messages: QuerySet[Message]) -> list[Entry]:
    """In the order of time; what waits for an event that has not happened comes last."""
    entries, planned = [], set()
    for message in messages:
        if message.plan_id and message.schedule_revision == deployment.schedule_revision:
            planned.add(message.plan_id)
        found = vars(message)
        entries.append(
            Entry(
                plan=message.plan,
                message=message,
                becomes=policies.fate(message, deployment, found["read_at"]),
                counts=+Counter({s.value: found[f"copies_{s.value}"] for s in DeliveryState}),
                reasons=found["reasons"],
            )
        )
    entries.sort(key=lambda entry: (entry.at is None, entry.at, entry.position))
    unplanned = [line for line in deployment.message_plan.all() if line.pk not in planned]
    return entries + [Entry(plan=line, message=None, becomes=Fate.WAIT) for line in unplanned]
