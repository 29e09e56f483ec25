"""What a deployment came to: planned against actual, waits, alerts, incidents, what was reached.

One set of facts for the page, for print and for the mails; nothing is judged here that was not
judged and stored before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min

from approvals.models import Request, Waiver
from checklists.enums import CLOSED, ItemState, Phase
from deployments import clock
from deployments.models import Deployment
from monitoring.counted import Counted, counted_of
from monitoring.enums import Verdict
from monitoring.models import Alert, Closing, Incident, Question, Target, Watch, judgment_of


@dataclass(frozen=True)
class Wait:
    """How long a role was waited for, from its first request until its rule held."""

    role: str
    took: timedelta
    is_over: bool


@dataclass(frozen=True)
class Criterion:
    """`verdict` None: nobody has judged it yet."""

    text: str
    verdict: Verdict | None
    said: str
    by: str


@dataclass(frozen=True)
class Report:
    """`at` is when it was drawn up; `sentence` is what it comes to in one line."""

    at: datetime
    deployment: Deployment
    watch: Watch | None
    waits: list[Wait]
    alerts: list[Alert]
    questions: list[Question]
    incidents: list[Incident]
    targets: list[Target]
    criteria: list[Criterion]
    counted: list[Counted]
    waivers: list[Waiver]
    closing: Closing | None

    @property
    def late_by(self) -> timedelta | None:
        """How much later than planned it started; negative is earlier."""
        one = self.deployment
        return one.started_at - one.t0 if one.started_at and one.t0 else None

    @property
    def took(self) -> timedelta | None:
        one = self.deployment
        return one.completed_at - one.started_at if one.completed_at and one.started_at else None

    @property
    def planned(self) -> timedelta | None:
        one = self.deployment
        return one.window_end - one.t0 if one.window_end and one.t0 else None

    @property
    def is_overrun(self) -> bool:
        one = self.deployment
        return bool(one.completed_at and one.window_end and one.completed_at > one.window_end)

    @property
    def sentence(self) -> str:
        judged = [one for one in self.criteria if one.verdict]
        met = sum(one.verdict == Verdict.MET for one in judged)
        said = [f"{met} of {len(self.criteria)} success criteria met"] if self.criteria else []
        if len(judged) < len(self.criteria):
            said.append(f"{len(self.criteria) - len(judged)} not judged yet")
        counted = sum(one.dismissed_at is None for one in self.incidents)
        said.append(_number(len(self.alerts), "alert"))
        said.append(_number(counted, "incident"))
        return ", ".join(said) + "."


def _number(count: int, word: str) -> str:
    return f"{count or 'no'} {word}{'' if count == 1 else 's'}"


def report_of(deployment: Deployment) -> Report:
    """In fourteen queries, however much happened."""
    watch = Watch.objects.filter(deployment=deployment).first()
    alerts = Alert.objects.filter(series__watch__deployment=deployment)
    incidents = Incident.objects.filter(deployment=deployment)
    return Report(
        at=clock.now(),
        deployment=deployment,
        watch=watch,
        waits=list(_waits(deployment)),
        alerts=list(alerts.select_related("series", "acknowledged_by").order_by("opened_at")),
        questions=list(
            Question.objects.filter(deployment=deployment)
            .select_related("answered_by")
            .order_by("asked_at")
        ),
        incidents=list(incidents.select_related("reporter", "dismissed_by").order_by("at")),
        targets=list(deployment.targets.select_related("judged_by").order_by("position")),
        criteria=list(_criteria(deployment)),
        counted=counted_of(deployment),
        waivers=list(_waivers(deployment)),
        closing=Closing.objects.filter(deployment=deployment).select_related("closed_by").first(),
    )


def _waits(deployment: Deployment) -> Iterable[Wait]:
    """By role, the longest first; what is still open waits until now."""
    asked = (
        Request.objects.filter(deployment=deployment)
        .values("rule__role__title")
        .annotate(first=Min("asked_at"), last=Max("settled_at"))
    )
    open_ones = set(
        Request.objects.filter(deployment=deployment, settled_at=None).values_list(
            "rule__role__title", flat=True
        )
    )
    waits = []
    for row in asked:
        role = row["rule__role__title"]
        is_over = role not in open_ones and row["last"] is not None
        until = row["last"] if is_over else clock.now()
        waits.append(Wait(role, until - row["first"], is_over))
    return sorted(waits, key=lambda one: one.took, reverse=True)


def _criteria(deployment: Deployment) -> Iterable[Criterion]:
    """A judgment where there is one; an item that was only ticked says what its tick says."""
    items = deployment.items.filter(phase=Phase.AFTER).select_related(
        "judgment__judged_by", "state_by"
    )
    for item in items.order_by("position"):
        judgment = judgment_of(item)
        if judgment is not None:
            by = str(judgment.judged_by or "the portal")
            yield Criterion(item.text, Verdict(judgment.verdict), judgment.reason, by)
        elif item.state in CLOSED:
            verdict = Verdict.MET if item.state == ItemState.DONE else Verdict.UNKNOWN
            yield Criterion(item.text, verdict, item.reason, str(item.state_by or ""))
        else:
            yield Criterion(item.text, None, "", "")


def _waivers(deployment: Deployment) -> Iterable[Waiver]:
    return Waiver.objects.filter(deployment=deployment).select_related("gate", "risk_owner")
