"""What needs me: decisions that wait for one person, and what else is going on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from accounts.models import User
from approvals import reach
from approvals.verdict import SAYS_READINESS, Outlook, outlooks
from checklists.mine import MyItem, items_of
from dashboard.act import Act
from dashboard.acts import acts_of
from dashboard.decisions import MARKS, marked, waiting_on
from deployments import clock
from deployments.addresses import address
from deployments.enums import BEFORE_START, State
from deployments.models import Deployment
from deployments.policies import Rights, rights_on
from monitoring.models import Question, Watch
from monitoring.questions import open_questions
from statements import built_once

SHOWN = 25
WEEK = timedelta(days=7)
# Nothing closes itself; so long after its completion the lead has it before their eyes.
CLOSED_WITHIN = timedelta(hours=72)
LEFT_OPEN = "Completed more than 72 h ago and still not closed."
# After the question whether to roll back, and what somebody has left open, comes what is under way,
# then what comes soonest; a long list is cut at its far end.
URGENCY = Case(
    *(
        When(state=state, then=Value(rank))
        for rank, state in enumerate(
            (
                State.IN_PROGRESS,
                State.ROLLING_BACK,
                State.GO,
                State.IN_REVIEW,
                State.ON_HOLD,
                State.NO_GO,
                State.WATCHING,
                State.DRAFT,
            )
        )
    ),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Entry:
    """One deployment with its sentence, and this person's first act on it if there is one.

    `unreachable` tells whoever asked for it or leads it which signatures cannot be given in time,
    `note` whoever leads it that they left it open.
    """

    deployment: Deployment
    outlook: Outlook
    act: Act | None
    unreachable: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Home:
    """`waiting` is how many words the inbox asks for, as far as the list goes; `cut_at` is how many
    are shown where there are more.

    `week` are the next seven days on which something is planned, each with what begins then.
    """

    mine: list[Entry]
    running: list[Entry]
    watched: list[Entry]
    week: list[tuple[date, list[Entry]]]
    items: list[MyItem]
    cut_at: int = 0
    waiting: int = 0


def home_of(user: User, zone: tzinfo) -> Home:
    """Everything open that the person may see, sorted by what it asks of them."""
    now = clock.now()
    deployments = _urgent(user.pk, now - CLOSED_WITHIN, now, sees_all=user.is_superuser)
    cut_at = SHOWN if len(deployments) > SHOWN else 0
    deployments = deployments[:SHOWN]
    views = outlooks(deployments, now, judged=SAYS_READINESS)
    held = rights_on(user, {one.service_id for one in deployments})
    asked = open_questions([one for one in deployments if one.has_question])
    entries = [
        _entry(
            one, views[one.pk], held[one.service_id], asked.get(one.pk),
            is_left_open=one.is_left_open,
        )
        for one in deployments
    ]  # fmt: skip
    waiting = len(waiting_on(deployments, views, held, asked))
    week = _week(entries, now, zone)
    found = _sorted(entries, week, items_of(user))
    return replace(found, cut_at=cut_at, waiting=waiting)


@built_once
def _urgent(
    user: int, long_ago: datetime, now: datetime, *, sees_all: bool
) -> QuerySet[Deployment, Any]:
    """As many as are shown and one more; with those first that the person leads, that completed
    long ago, and that are watched no more.
    """
    watched = Watch.objects.filter(deployment=OuterRef("pk"), ends_at__gt=now)
    left = Q(~Exists(watched), lead=user, state=State.WATCHING, completed_at__lte=long_ago)
    told: dict[str, Any] = {"is_left_open": left, "has_question": MARKS["has_question"]}
    order = "-has_question", "-is_left_open", URGENCY, F("t0").asc(nulls_last=True), "pk"
    # Of thousands nothing is read but what they are sorted by.
    visible = Deployment.objects.seen_by(user, sees_all=sees_all).open().annotate(**told)
    first = visible.order_by(*order).values("pk")[: SHOWN + 1]
    return (
        marked(Deployment.objects.filter(pk__in=first)).annotate(is_left_open=left).order_by(*order)
    )


def _entry(
    deployment: Deployment,
    outlook: Outlook,
    rights: Rights,
    question: Question | None,
    *,
    is_left_open: bool,
) -> Entry:
    acts = acts_of(rights, deployment, outlook, question)
    possible = [act for act in acts if act.is_asked and not act.refusal]
    if is_left_open:
        url = address("dashboard:tab", deployment.pk, "watch")
        possible.append(Act("See what keeps it open", url))
    answers_for_it = rights.user.pk in {deployment.requester_id, deployment.lead_id}
    told = reach.clauses(outlook.readiness) if answers_for_it else ()
    note = LEFT_OPEN if is_left_open else ""
    return Entry(deployment, outlook, possible[0] if possible else None, told, note)


def _sorted(
    entries: list[Entry], week: list[tuple[date, list[Entry]]], items: list[MyItem]
) -> Home:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_group(entry)].append(entry)
    return Home(groups["mine"], groups["running"], groups["watched"], week, items)


def _group(entry: Entry) -> str:
    if entry.act is not None:
        return "mine"
    if entry.deployment.state in {State.IN_PROGRESS, State.ROLLING_BACK}:
        return "running"
    return "watched" if entry.deployment.state == State.WATCHING else "planned"


def _week(entries: list[Entry], now: datetime, zone: tzinfo) -> list[tuple[date, list[Entry]]]:
    """What is still to begin, also where it waits for the person, by the days of their zone.

    What should have begun already stands under its own day: somebody has to move or to cancel it.
    """
    planned = [
        (one.deployment.t0, one)
        for one in entries
        if one.deployment.t0
        and one.deployment.t0 <= now + WEEK
        and one.deployment.state in BEFORE_START
    ]
    ordered = sorted(planned, key=lambda pair: (pair[0], pair[1].deployment.pk))
    days = groupby(ordered, key=lambda pair: pair[0].astimezone(zone).date())
    return [(day, [one for _, one in of_day]) for day, of_day in days]
