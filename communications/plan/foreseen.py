"""What another time changes for those who sign, decide and are told."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import QuerySet

from approvals.signoff import standings
from approvals.verdict import readiness
from communications import policies
from communications.enums import Fate, Kind, MessageState
from communications.models import Message
from communications.whom import readers
from deployments import clock
from deployments.foresight import Compare, Effect, Topic
from deployments.models import Deployment

MOST_NAMED = 10
CONFLICTS = ("conflict:", "freeze:")


def look(deployment: Deployment) -> Compare:
    state, signed, due = deployment.state, _signed(deployment), _due(deployment)

    def compare(after: Deployment) -> list[Effect]:
        return [
            *_verdict(state, after),
            *_conflicts(after),
            *_signatures(signed, after),
            *_corrections(after),
            *_messages(due, after),
        ]

    return compare


def _verdict(state: str, after: Deployment) -> list[Effect]:
    if after.state == state:
        return []
    last = after.events.filter(after__state=after.state).order_by("-sequence").first()
    why = last.reason.rstrip(".") if last else "It is moved"
    label = after.get_state_display().lower()
    return [Effect(Topic.VERDICT, f"{why}; it goes back to “{label}” and is decided again.")]


def _conflicts(after: Deployment) -> list[Effect]:
    verdict = readiness(after)
    found = [one for one in [*verdict.blockers, *verdict.warnings] if one.key.startswith(CONFLICTS)]
    return [Effect(Topic.CONFLICT, f"{one.clause[:1].upper()}{one.clause[1:]}.") for one in found]


def _signed(deployment: Deployment) -> dict[int, str]:
    """Every signature that counts, as it is named."""
    return {
        vote.pk: f"{standing.rule.role}: {vote.voice}"
        for standing in standings(deployment)
        for vote in [*standing.approvals, *standing.abstentions]
    }


def _signatures(before: dict[int, str], after: Deployment) -> list[Effect]:
    still = _signed(after)
    return [Effect(Topic.SIGNATURE, name) for pk, name in before.items() if pk not in still]


def _corrections(after: Deployment) -> list[Effect]:
    """Who gets the correction, by the time they were told."""
    found = _present(after).filter(kind=Kind.CORRECTION, state=MessageState.PLANNED).first()
    if found is None:
        return []
    names: dict[datetime | None, list[str]] = defaultdict(list)
    for reader in readers.readers_of(found, after):
        names[reader.knew_t0].append(reader.name)
    note = policies.waits_for(found, after)
    return [
        Effect(Topic.CORRECTION, _listed(told), was=knew, will_be=found.due_at, note=note)
        for knew, told in sorted(names.items(), key=lambda one: str(one[0]))
    ]


def _due(deployment: Deployment) -> dict[int | None, datetime]:
    planned = _present(deployment).filter(plan__isnull=False, state=MessageState.PLANNED)
    return dict(planned.values_list("plan_id", "due_at"))


def _messages(before: dict[int | None, datetime], after: Deployment) -> list[Effect]:
    now = clock.now()
    planned = _present(after).filter(plan__isnull=False, state=MessageState.PLANNED)
    found = []
    for message in planned.order_by("due_at", "pk"):
        was = before.get(message.plan_id)
        note = _note(message, after, now, is_new=was is None)
        if note is not None:
            found.append(Effect(Topic.MESSAGE, message.title, was, message.due_at, note))
    return found


def _note(message: Message, after: Deployment, now: datetime, *, is_new: bool) -> str | None:
    """What is to be said beside its times; None if there is nobody to get it."""
    becomes = policies.fate(message, after, now)
    if becomes == Fate.MISSED:
        return "too late to be of use, so it does not leave"
    if message.due_at > now:
        return "planned anew" if is_new else ""
    told = len(readers.readers_of(message, after))
    if not told:
        return None
    if becomes == Fate.WAIT:
        return policies.waits_for(message, after)
    return f"leaves at once, to {told} {'person' if told == 1 else 'people'}"


def _present(deployment: Deployment) -> QuerySet[Message]:
    return deployment.messages.filter(schedule_revision=deployment.schedule_revision)


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
