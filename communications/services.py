"""The verbs of the message plan: define, plan, give up, send now, skip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts.models import User
from communications import policies, schedule
from communications.definitions import STANDARD_PLAN, PlanLine
from communications.enums import OUTLIVES_CANCELLATION, WAITING, DeliveryState, MessageState
from communications.models import Delivery, Message, MessagePlan, MessageQuerySet
from deployments import anchors, clock, hints, history
from deployments.exceptions import require
from deployments.models import Deployment, Event
from deployments.policies import rights_of

SWEEP = "messages.sweep"


def define_plan(deployment: Deployment, lines: Sequence[PlanLine]) -> list[MessagePlan]:
    """Write the plan, the standard one if the document names none; the caller holds the lock."""
    plan = write_lines(deployment, list(enumerate(lines or STANDARD_PLAN, start=1)))
    plan_messages(deployment)
    return plan


def redefine_plan(deployment: Deployment, lines: Sequence[PlanLine]) -> None:
    """Make the plan what these lines say; one that stays keeps its messages, told and owed.

    The caller holds the lock. Nothing leaves any more of a line that is gone.
    """
    there: dict[PlanLine, list[MessagePlan]] = defaultdict(list)
    for row in deployment.message_plan.order_by("-position"):
        there[said_by(row)].append(row)
    kept, fresh = list[tuple[int, MessagePlan]](), list[tuple[int, PlanLine]]()
    for place, line in enumerate(lines, start=1):
        rows = there.get(replace(line, line=None))
        if rows:
            kept.append((place, rows.pop()))
        else:
            fresh.append((place, line))
    take_out_lines([row for rows in there.values() for row in rows])
    for place, row in kept:
        row.position, row.line = place, lines[place - 1].line
    MessagePlan.objects.bulk_update([row for _, row in kept], ["position", "line"])
    write_lines(deployment, fresh)
    plan_messages(deployment)


def said_by(row: MessagePlan) -> PlanLine:
    return PlanLine(
        row.kind,
        row.anchor,
        row.offset,
        row.title,
        row.text,
        day=row.day,
        at=row.at,
        audience=tuple(row.audience),
        addresses=tuple(row.addresses),
    )


def write_lines(deployment: Deployment, lines: Sequence[tuple[int, PlanLine]]) -> list[MessagePlan]:
    return MessagePlan.objects.bulk_create(
        MessagePlan(
            deployment=deployment,
            position=place,
            kind=line.kind,
            anchor=line.anchor,
            offset=line.offset,
            title=line.title,
            text=line.text,
            line=line.line,
            day=line.day,
            at=line.at,
            audience=list(line.audience),
            addresses=list(line.addresses),
        )
        for place, line in lines
    )


def take_out_lines(rows: Sequence[MessagePlan]) -> None:
    lines = MessagePlan.objects.filter(pk__in=[row.pk for row in rows])
    _give_up(Message.objects.filter(plan__in=rows))
    lines.filter(messages__isnull=True).delete()
    lines.update(removed_at=clock.now())


def plan_messages(deployment: Deployment) -> int:
    """Give every plan line whose anchor is known its message for the current schedule revision.

    The caller holds the deployment's lock. Doing it again adds nothing; the number is that of the
    new rows. What was planned for an older revision is given up.
    """
    _give_up_older(deployment)
    known, now = anchors.moments_of([deployment])[deployment.pk], clock.now()
    have = set(
        deployment.messages.filter(schedule_revision=deployment.schedule_revision).values_list(
            "plan_id", flat=True
        )
    )
    rows, reworded = [], _reworded_before(deployment)
    for line in deployment.message_plan.all():
        due = due_of(line, deployment, known)
        if due is not None and line.pk not in have:
            rows.append(message_of(deployment, line, due, now, reworded.get(line.pk)))
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        hints.changed(deployment.pk)
    if any(row.due_at <= now for row in rows):
        hints.hint(SWEEP)
    return len(rows)


def plan_again(deployment: Deployment, lines: Sequence[MessagePlan]) -> None:
    """Make the planned messages of changed lines what their lines say now.

    Words that a person gave to one message stay. The caller holds the deployment's lock.
    """
    known, now = anchors.moments_of([deployment])[deployment.pk], clock.now()
    planned = deployment.messages.filter(
        plan__in=lines,
        schedule_revision=deployment.schedule_revision,
        state=MessageState.PLANNED,
    )
    for message in planned.select_related("plan"):
        due = due_of(message.plan, deployment, known) if message.plan else None
        if message.plan is None or due is None:
            message.delete()
            continue
        own = message if message.reworded_at else None
        fresh = message_of(deployment, message.plan, due, now, own)
        fresh.pk = message.pk
        fresh.save(force_update=True)
        if due <= now:
            hints.hint(SWEEP)
    plan_messages(deployment)
    hints.changed(deployment.pk)


def due_of(
    line: MessagePlan, deployment: Deployment, known: Mapping[str, datetime]
) -> datetime | None:
    """When it is due by the anchors that are known."""
    return schedule.due_time(known, line.anchor, line.offset, line.calendar(deployment.zone))


def _reworded_before(deployment: Deployment) -> dict[int | None, Message]:
    """What a person wrote for one message goes with it to another time, unless it was told."""
    rows = deployment.messages.filter(
        reworded_at__isnull=False, expanded_at__isnull=True, state=MessageState.SUPERSEDED
    )
    return {row.plan_id: row for row in rows.order_by("schedule_revision")}


def message_of_line(line: MessagePlan, deployment: Deployment) -> Message:
    """What it would be if it left now, for a preview."""
    now = clock.now()
    return message_of(deployment, line, now, now)


def message_of(
    deployment: Deployment,
    line: MessagePlan,
    due: datetime,
    now: datetime,
    reworded: Message | None = None,
) -> Message:
    """The message of a plan line, not saved yet; with the words that a person gave it before."""
    return Message(
        plan=line,
        deployment=deployment,
        kind=line.kind,
        title=line.title,
        text=reworded.text if reworded else line.text,
        reworded_by_id=reworded.reworded_by_id if reworded else None,
        reworded_at=reworded.reworded_at if reworded else None,
        waits_for=line.waits_for(due, deployment.t0),
        schedule_revision=deployment.schedule_revision,
        t0=deployment.t0,
        written_at=now,
        due_at=due,
        useful_until=schedule.useful_until(line.kind, due, deployment.t0),
    )


def _give_up_older(deployment: Deployment) -> None:
    """Nothing that names an older time may leave any more."""
    older = deployment.messages.filter(schedule_revision__lt=deployment.schedule_revision)
    _give_up(older)


def _give_up(messages: MessageQuerySet) -> None:
    messages.filter(state=MessageState.PLANNED).update(state=MessageState.SUPERSEDED)
    Delivery.objects.filter(message__in=messages, state__in=WAITING).update(
        state=DeliveryState.SUPERSEDED
    )


def cancel_messages(deployment: Deployment) -> None:
    """Nothing of a cancelled deployment's plan leaves any more; the caller holds its lock."""
    given_up = deployment.messages.exclude(kind__in=OUTLIVES_CANCELLATION)
    Delivery.objects.filter(message__in=given_up, state__in=WAITING).update(
        state=DeliveryState.CANCELLED
    )
    given_up.filter(state=MessageState.PLANNED).update(state=MessageState.CANCELLED)
    hints.changed(deployment.pk)


@transaction.atomic
def send_now(deployment_id: int, message_id: int, *, actor: User) -> Event:
    """Let a planned message leave at once instead of at its time."""
    deployment = Deployment.objects.lock(deployment_id)
    message = deployment.messages.get(pk=message_id)
    now, rights = clock.now(), rights_of(actor, deployment.service)
    require(policies.refusal_to_send_now(rights, message, deployment, now))
    planned, message.due_at = message.due_at, min(message.due_at, now)
    message.save(update_fields=["due_at"])
    hints.hint(SWEEP)
    return history.record(
        deployment,
        "message sent now",
        actor=actor,
        obj=message,
        before={"due_at": planned.isoformat()},
        after={"due_at": message.due_at.isoformat()},
    )


@transaction.atomic
def skip(deployment_id: int, message_id: int, *, actor: User, reason: str) -> Event:
    """Leave a planned message out; the reason is shown where it would have been."""
    deployment = Deployment.objects.lock(deployment_id)
    message = deployment.messages.get(pk=message_id)
    require(policies.refusal_to_skip(rights_of(actor, deployment.service), message))
    require(policies.refusal_without_reason(reason))
    message.state, message.skipped_by = MessageState.SKIPPED, actor
    message.skip_reason = reason.strip()
    message.save(update_fields=["state", "skipped_by", "skip_reason"])
    return history.record(
        deployment,
        "message skipped",
        actor=actor,
        obj=message,
        before={"state": MessageState.PLANNED.value},
        after={"state": MessageState.SKIPPED.value},
        reason=message.skip_reason,
    )
