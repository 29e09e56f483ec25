"""The inbox over all services: every word that waits for one person, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from approvals.models import Decision, Vote, Waiver
from approvals.policies.waiving import refusal_to_sign
from approvals.polling import opening
from approvals.verdict import Outlook, outlooks
from dashboard.acts import acts_of
from dashboard.enums import Asks
from deployments.enums import State
from deployments.models import Deployment
from deployments.policies import Rights, rights_on
from gates.models import Gate

# Where a word of somebody can be waited for.
WAITING = (State.IN_REVIEW, State.GO, State.WATCHING)
MOST = 500
LATELY = timedelta(days=7)
SHOWN_LATELY = 20


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


@dataclass(frozen=True)
class Inbox:
    """`rows` are those that the filter lets through, of `whole` many; `lately` what was said."""

    rows: list[Waiting]
    whole: int
    services: list[tuple[str, str]] = field(default_factory=list)
    kinds: list[tuple[str, str]] = field(default_factory=list)


def inbox_of(user: User, *, service: str = "", asks: str = "") -> Inbox:
    """All that waits, in as many queries as for one; a filter that fits nothing shows nothing."""
    visible = Deployment.objects.visible_to(user).with_names().filter(state__in=WAITING)
    deployments = list(visible.order_by("t0", "pk")[:MOST])
    views = outlooks(deployments)
    held = rights_on(user, {one.service_id for one in deployments})
    waiting = [row for one in deployments for row in _of(one, views[one.pk], held[one.service_id])]
    waiting += _waivers(deployments, views, held)
    waiting.sort(key=lambda row: (row.due is None, row.due, row.deployment.pk))
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


def _of(deployment: Deployment, view: Outlook, rights: Rights) -> Iterable[Waiting]:
    for act in acts_of(rights, deployment, view):
        if act.asks is None or act.refusal or not act.is_asked:
            continue
        if act.asks == Asks.DECISION and not _is_to_decide(deployment, view):
            continue
        yield Waiting(
            act.label, act.url, act.asks, deployment, view, deployment.submitted_at, act.due
        )


def _is_to_decide(deployment: Deployment, view: Outlook) -> bool:
    """Once it can be GO, or once the time of deciding has come; before that nobody is asked."""
    if deployment.state != State.IN_REVIEW or view.readiness is None or deployment.t0 is None:
        return False
    return view.readiness.is_ready or view.at >= opening(deployment.t0)


def _waivers(
    deployments: Sequence[Deployment], views: dict[int, Outlook], held: dict[int, Rights]
) -> list[Waiting]:
    by_pk = {one.pk: one for one in deployments}
    asked = Waiver.objects.filter(
        deployment__in=by_pk, signed_at=None, ended_at=None
    ).select_related("asked_by", "signed_by", "ended_by")
    rows = list(asked)
    gates = Gate.every.as_of_now().in_bulk([row.gate_id for row in rows]) if rows else {}
    found = []
    for row in rows:
        deployment = by_pk[row.deployment_id]
        row.gate = gates[row.gate_id]
        if row.ends_at <= views[deployment.pk].at:
            continue
        if refusal_to_sign(held[deployment.service_id], row, deployment):
            continue
        url = reverse("approvals:waiver", args=[deployment.pk, row.gate.key])
        label = f"Sign the waiver of “{row.gate}”"
        view = views[deployment.pk]
        found.append(Waiting(label, url, Asks.WAIVER, deployment, view, row.asked_at, row.ends_at))
    return found


def lately_of(user: User, now: datetime) -> list[tuple[str, datetime, Deployment]]:
    """What the person signed and decided in the last days, the newest first."""
    since = now - LATELY
    votes = Vote.objects.filter(Q(person=user) | Q(on_behalf_of=user), at__gte=since)
    decisions = Decision.objects.filter(decided_by=user, at__gte=since).defer("dossier")
    said: list[tuple[str, datetime, Deployment]] = [
        (str(row), row.at, row.deployment)
        for rows in (votes, decisions)
        for row in rows.select_related("deployment__environment").order_by("-pk")[:SHOWN_LATELY]
    ]
    return sorted(said, key=lambda row: row[1], reverse=True)[:SHOWN_LATELY]
