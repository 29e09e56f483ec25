"""The inbox over all services: every word that waits for one person, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from approvals.models import PollPlan, Waiver
from approvals.policies.waiving import refusal_to_speak
from approvals.polling import opening
from approvals.verdict import SAYS_READINESS, Outlook, outlooks
from approvals.waivers import unsigned_of
from checklists.leaving import asked_items, may_second
from checklists.models import Item
from dashboard.acts import acts_of
from dashboard.enums import Asks
from deployments import clock
from deployments.addresses import address
from deployments.enums import State
from deployments.models import Deployment
from deployments.models.deployment import DeploymentQuerySet
from deployments.policies import Rights, rights_on
from monitoring.models import Question
from monitoring.questions import open_questions
from statements import built_once

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# Where a signature, an answer, a decision or a review of somebody can be waited for, how it goes on
# after a step failed, and whether it is rolled back.
WAITING = (
    State.IN_REVIEW, State.GO, State.IN_PROGRESS, State.ROLLING_BACK, State.WATCHING,
)  # fmt: skip
MOST = 500
# Read with the deployments, so that what is rare costs a query only where it is.
MARKS = {
    "has_asked": Exists(Item.objects.filter(deployment=OuterRef("pk"), asked_by__isnull=False)),
    "has_unsigned": Exists(Waiver.objects.unsigned().filter(deployment=OuterRef("pk"))),
    "has_question": Exists(Question.objects.open().filter(deployment=OuterRef("pk"))),
    "is_unpolled": Exists(PollPlan.objects.filter(deployment=OuterRef("pk"), is_on=False)),
}


class Marks(TypedDict):
    """What `MARKS` adds to each deployment."""

    has_asked: bool
    has_unsigned: bool
    has_question: bool
    is_unpolled: bool


if TYPE_CHECKING:
    Marked = WithAnnotations[Deployment, Marks]


def marked(deployments: DeploymentQuerySet) -> QuerySet[Marked]:
    """With all by which is judged what somebody may do there, and may not as an author."""
    return cast("QuerySet[Marked]", deployments.with_place().annotate(**MARKS))


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the person: what it is, where, since when and until when."""

    label: str
    url: str
    asks: Asks
    deployment: Deployment
    outlook: Outlook
    since: datetime | None
    due: datetime | None
    note: str = ""


@dataclass(frozen=True)
class Inbox:
    """`rows` are those that the filter lets through, of `whole` many."""

    rows: list[Waiting]
    whole: int
    services: list[tuple[str, str]] = field(default_factory=list)
    kinds: list[tuple[str, str]] = field(default_factory=list)


def inbox_of(
    user: User, now: datetime | None = None, *, service: str = "", asks: str = ""
) -> Inbox:
    """All that waits, in as many queries as for one; a filter that fits nothing shows nothing."""
    open_ones = _open(user.pk, sees_all=user.is_superuser)
    held = rights_on(user, {one.service_id for one in open_ones})
    # Whoever only reads is asked for nothing, and who sees all services reads most of them.
    deployments = [one for one in open_ones if held[one.service_id].may_be_asked]
    views = outlooks(deployments, now, warns=False, judged=SAYS_READINESS)
    asked = open_questions([one for one in deployments if one.has_question])
    waiting = waiting_on(deployments, views, held, asked)
    services = {row.deployment.service.key: str(row.deployment.service) for row in waiting}
    kinds = {row.asks for row in waiting}
    return Inbox(
        [
            row
            for row in waiting
            if service in ("", row.deployment.service.key) and asks in ("", row.asks.value)
        ],
        len(waiting),
        sorted(services.items(), key=lambda pair: pair[1]),
        [(one.value, str(one.label)) for one in Asks if one in kinds],
    )


@built_once
def _open(user: int, *, sees_all: bool) -> QuerySet[Deployment, Any]:
    visible = marked(Deployment.objects.seen_by(user, sees_all=sees_all).open())
    found = visible.filter(Q(state__in=WAITING) | Q(has_asked=True) | Q(has_unsigned=True))
    return found.order_by("t0", "pk")[:MOST]


def waiting_on(
    deployments: Sequence[Marked],
    views: Mapping[int, Outlook],
    held: Mapping[int, Rights],
    questions: Mapping[int, Question],
) -> list[Waiting]:
    """Whether to roll back, then what else waits, by deadline; what has none comes last."""
    found = [
        row
        for one in deployments
        for row in _words(one, views[one.pk], held[one.service_id], questions.get(one.pk))
    ]
    unsigned = [one for one in deployments if one.has_unsigned]
    asked = [one for one in deployments if one.has_asked]
    if unsigned:
        found += _waivers(unsigned, views, held)
    if asked:
        found += _items(asked, views, held)
    return sorted(found, key=_urgency)


def _urgency(row: Waiting) -> tuple[Any, ...]:
    return row.asks != Asks.ROLLBACK, row.due is None, row.due, row.deployment.pk


def _words(
    deployment: Marked, view: Outlook, rights: Rights, question: Question | None
) -> Iterable[Waiting]:
    is_polled = not deployment.is_unpolled
    for act in acts_of(rights, deployment, view, question):
        if act.asks is None or act.refusal or not act.is_asked:
            continue
        if act.asks == Asks.DECISION and not _is_to_decide(deployment, view, is_polled=is_polled):
            continue
        since = act.since or deployment.submitted_at
        yield Waiting(act.label, act.url, act.asks, deployment, view, since, act.due, act.note)


def _is_to_decide(deployment: Deployment, view: Outlook, *, is_polled: bool) -> bool:
    """Where there is a poll, no GO is possible before it opens.

    Once it can be GO or the time of deciding has come, and again when a GO ran out unused.
    """
    if deployment.state == State.GO:
        latest = view.decision.latest_start if view.decision else None
        return latest is not None and latest < view.at
    if deployment.state != State.IN_REVIEW or view.readiness is None or deployment.t0 is None:
        return False
    return view.at >= opening(deployment.t0) or (view.readiness.is_ready and not is_polled)


def _waivers(
    deployments: Sequence[Deployment], views: Mapping[int, Outlook], held: Mapping[int, Rights]
) -> Iterable[Waiting]:
    by_pk = {one.pk: one for one in deployments}
    for row in unsigned_of(deployments):
        deployment = by_pk[row.deployment_id]
        if refusal_to_speak(held[deployment.service_id], row, deployment):
            continue
        url = address("approvals:waiver", deployment.pk, row.gate.key)
        label, view = f"Sign the waiver of “{row.gate}”", views[deployment.pk]
        yield Waiting(label, url, Asks.WAIVER, deployment, view, row.asked_at, row.ends_at)


def _items(
    deployments: Sequence[Deployment], views: Mapping[int, Outlook], held: Mapping[int, Rights]
) -> Iterable[Waiting]:
    for row in asked_items(deployments, clock.now()):
        item, deployment = row.item, row.item.deployment
        if not may_second(held[deployment.service_id], item):
            continue
        url, view = address("checklists:item", deployment.pk, item.pk), views[deployment.pk]
        yield Waiting(
            "Agree or decline", url, Asks.ITEM, deployment, view, item.asked_at, row.due,
            f"{item.asked_by} asks to leave out “{item.text}”.",
        )  # fmt: skip
