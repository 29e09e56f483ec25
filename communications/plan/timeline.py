"""The messages of a deployment in the order of time, between the moments they count from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, DateTimeField, Func, Max, Q, QuerySet

from communications import policies
from communications.enums import UNDER_WAY, WAITING, DeliveryState, Fate, MessageState
from communications.models import Delivery, Message, MessagePlan
from communications.models.holds import remember
from deployments.enums import Anchor
from deployments.models import Deployment
from statements import built_once

TROUBLED = (
    DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.RETRY, DeliveryState.UNKNOWN,
)  # fmt: skip
COPY_WORDS: dict[str, str] = {
    DeliveryState.FAILED: "failed",
    DeliveryState.BOUNCED: "bounced",
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
    deployment: Deployment | None = None
    counts: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    copies: list[Delivery] = field(default_factory=list)
    refusal_to_send: str = ""
    refusal_to_skip: str = ""
    is_mark: bool = False

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
    def without(self) -> list[Delivery]:
        """Who has not got it, or of whom nobody knows."""
        return [copy for copy in self.copies if copy.state != DeliveryState.SENT]

    @property
    def having(self) -> list[Delivery]:
        return [copy for copy in self.copies if copy.state == DeliveryState.SENT]

    @property
    def waits(self) -> str:
        """What has to happen before it may leave, where that is more than its time."""
        if self.message is None or not self.can_act or self.deployment is None:
            return ""
        return policies.waits_for(self.message, self.deployment)

    @property
    def oddity(self) -> str:
        """What is to be said where the clock changes just then."""
        deployment, calendar = self.deployment, None
        if deployment and deployment.t0 and self.plan and self.plan.anchor == Anchor.T0:
            calendar = self.plan.calendar(deployment.zone)
        return calendar.oddity(deployment.t0) if calendar and deployment and deployment.t0 else ""

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
        for state in (
            DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN, DeliveryState.RETRY
        ):  # fmt: skip
            if self.counts.get(state):
                return state.value
        if self.is_leaving:
            return DeliveryState.DISPATCHING.value
        given_up = [state for state in COPY_WORDS if self.counts.get(state)]
        return given_up[0] if given_up and not self.sent else DeliveryState.SENT.value

    @property
    def sent(self) -> int:
        return self.counts.get(DeliveryState.SENT, 0)

    @property
    def is_leaving(self) -> bool:
        """Copies of it are still on their way."""
        return any(self.counts.get(state) for state in WAITING | UNDER_WAY)

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


@dataclass(frozen=True)
class Mark:
    """A moment from which messages are counted, drawn between them; `at` None: not come yet."""

    title: str
    at: datetime | None
    is_mark: bool = True


Step = Entry | Mark


def steps(deployment: Deployment, entries: list[Entry]) -> list[Step]:
    """Messages and moments in the order of time; at one instant the moment comes first.

    What waits for a moment that has not come follows its mark.
    """
    moments = {
        Anchor.T0: Mark("T0", deployment.t0),
        Anchor.START: Mark("Start", deployment.started_at),
        Anchor.COMPLETE: Mark("Completion", deployment.completed_at),
    }
    timed: list[tuple[datetime, bool, Step]] = [
        (mark.at, False, mark) for mark in moments.values() if mark.at
    ]
    timed += [(entry.at, True, entry) for entry in entries if entry.at]
    timed.sort(key=lambda one: one[:2])
    found = [step for _, _, step in timed]
    untimed = [entry for entry in entries if entry.at is None]
    for anchor, mark in moments.items():
        found += [mark] if mark.at is None else []
        found += [one for one in untimed if one.plan and one.plan.anchor == anchor]
    return found + [one for one in untimed if not one.plan or one.plan.anchor not in moments]


def entries_of(deployment: Deployment, *, with_copies: bool = False) -> list[Entry]:
    messages = deployment.messages.all()
    return _entries(
        deployment,
        _counted(messages.prefetch_related("deliveries__user") if with_copies else messages),
    )


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
    entries, planned, lines = [], set(), _lines(deployment)
    for message in messages:
        if message.plan_id and message.schedule_revision == deployment.schedule_revision:
            planned.add(message.plan_id)
        found = vars(message)
        entries.append(
            Entry(
                plan=message.plan,
                message=message,
                deployment=deployment,
                becomes=policies.fate(message, deployment, found["read_at"]),
                counts=+Counter({s.value: found[f"copies_{s.value}"] for s in DeliveryState}),
                reasons=found["reasons"],
            )
        )
    entries.sort(key=lambda entry: (entry.at is None, entry.at, entry.position))
    unplanned = [line for line in lines if line.pk not in planned]
    return entries + [Entry(line, None, Fate.WAIT, deployment) for line in unplanned]


def _lines(deployment: Deployment) -> list[MessagePlan]:
    """With who holds them back, which every line of the page is judged by."""
    found = _planned(deployment.pk)
    if found:
        remember(deployment, getattr(found[0].deployment, "message_hold", None))
    return found


@built_once
def _planned(deployment: int) -> QuerySet[MessagePlan]:
    lines = MessagePlan.objects.filter(deployment=deployment)
    return lines.select_related("deployment__message_hold__held_by")
