"""What needs me: decisions that wait for one person, and what else is going on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db.models import Case, F, IntegerField, Value, When

from accounts.models import User
from approvals import reach
from approvals.verdict import Outlook, outlooks
from checklists.mine import MyItem, items_of
from dashboard.act import Act
from dashboard.acts import acts_of
from dashboard.decisions import marked, waiting_on
from deployments.enums import State
from deployments.models import Deployment
from deployments.policies import Rights, rights_on

SHOWN = 50
# What is under way comes first, then what comes soonest; a long list is cut at its far end.
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

    `unreachable` tells whoever asked for it or leads it which signatures cannot be given in time.
    """

    deployment: Deployment
    outlook: Outlook
    act: Act | None
    unreachable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Home:
    """`waiting` is how many words the inbox asks for, as far as the list goes."""

    mine: list[Entry]
    running: list[Entry]
    planned: list[Entry]
    watched: list[Entry]
    items: list[MyItem]
    is_cut: bool = False
    waiting: int = 0


def home_of(user: User) -> Home:
    """Everything open that the person may see, sorted by what it asks of them."""
    visible = marked(Deployment.objects.visible_to(user).with_names().open())
    deployments = list(visible.order_by(URGENCY, F("t0").asc(nulls_last=True), "pk")[: SHOWN + 1])
    is_cut = len(deployments) > SHOWN
    deployments = deployments[:SHOWN]
    views = outlooks(deployments)
    held = rights_on(user, {one.service_id for one in deployments})
    entries = [_entry(one, views[one.pk], held[one.service_id]) for one in deployments]
    waiting = len(waiting_on(deployments, views, held))
    return replace(_sorted(entries, items_of(user), is_cut=is_cut), waiting=waiting)


def _entry(deployment: Deployment, outlook: Outlook, rights: Rights) -> Entry:
    acts = acts_of(rights, deployment, outlook)
    possible = [act for act in acts if act.is_asked and not act.refusal]
    answers_for_it = rights.user.pk in {deployment.requester_id, deployment.lead_id}
    told = reach.clauses(outlook.readiness) if answers_for_it else ()
    return Entry(deployment, outlook, possible[0] if possible else None, told)


def _sorted(entries: list[Entry], items: list[MyItem], *, is_cut: bool) -> Home:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_group(entry)].append(entry)
    return Home(
        groups["mine"], groups["running"], groups["planned"], groups["watched"], items, is_cut
    )


def _group(entry: Entry) -> str:
    if entry.act is not None:
        return "mine"
    if entry.deployment.state in {State.IN_PROGRESS, State.ROLLING_BACK}:
        return "running"
    return "watched" if entry.deployment.state == State.WATCHING else "planned"
