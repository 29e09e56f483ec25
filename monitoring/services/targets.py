"""Targets are judged at their deadline by what was measured, and by a person where it was not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from deployments import anchors, clock, history
from deployments.conditions import Condition, ConditionError, fits, parse
from deployments.exceptions import require
from deployments.fitting import cut
from deployments.models import Deployment, Event
from deployments.policies import rights_of
from monitoring import pace, policies
from monitoring.counted import COUNTED, Counted
from monitoring.enums import Verdict
from monitoring.models import Reading, Series, Target, Watch


@transaction.atomic
def judge_due(deployment_id: int) -> list[Event]:
    """Judge every target whose deadline has come by the newest value before it."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    watch = Watch.objects.get(deployment=deployment)
    series = series_of(watch)
    due = deployment.targets.filter(verdict="", due_at__lte=now)
    events = []
    for target in due.order_by("position"):
        assert target.due_at is not None
        verdict, said = by_measure(target.condition, target.due_at, watch, series)
        events.append(_save(deployment, target, verdict, said, now=now))
    return events


def series_of(watch: Watch) -> dict[str, Series]:
    return {one.key: one for one in watch.series.select_related("metric")}


def deadline(said: str, known: anchors.Moments, watch: Watch) -> datetime | None:
    """So long after its anchor as the condition says, else the end of the watch."""
    until = parse(said).until(known)
    return max(until, watch.opened_at or until) if until else watch.ends_at


def by_measure(
    condition_said: str, due_at: datetime, watch: Watch, series: Mapping[str, Series]
) -> tuple[Verdict, str]:
    """What is not known is never met: no value, an old one, or one in another unit."""
    try:
        condition = parse(condition_said)
    except ConditionError as error:
        return Verdict.UNKNOWN, str(error)
    if condition.metric in COUNTED:
        return _by_count(condition, COUNTED[condition.metric](watch))
    found = series.get(condition.metric)
    if found is None:
        return Verdict.UNKNOWN, f"Nothing measures {condition.metric}."
    if not fits(condition.unit, found.unit):
        return Verdict.UNKNOWN, f"{found.title} is measured in another unit."
    return _by_values(due_at, condition, watch, found)


def _by_values(
    due_at: datetime, condition: Condition, watch: Watch, series: Series
) -> tuple[Verdict, str]:
    """By the newest value before the deadline, or by all of the time that the condition names."""
    assert watch.opened_at is not None
    lasts = timedelta(seconds=condition.duration or 0)
    values = Reading.objects.filter(series=series, at__lte=due_at, value__isnull=False)
    newest = values.order_by("-at").values_list("at", "value").first()
    if newest is None:
        return Verdict.UNKNOWN, f"{series.title} gave no value before the deadline."
    span = values.filter(at__gt=due_at - lasts).order_by("at").values_list("at", "value")
    judged = [(at, value) for at, value in (span if lasts else [newest]) if value is not None]
    longest = pace.silence(watch.opened_at, watch.pace, due_at)
    began, ended = (judged[0][0], judged[-1][0]) if judged else (due_at, newest[0])
    is_measured = due_at - ended <= longest and began - (due_at - lasts) <= longest
    if not judged or not (is_measured or series.is_entered):
        return Verdict.UNKNOWN, f"{series.title} gave no value in the time before the deadline."
    failing = (value for _, value in judged if not condition.holds(value, series.unit))
    worst = next(failing, None)
    value = judged[-1][1] if worst is None else worst
    said = f"{series.title}: {condition.explain(value, series.unit)}"
    return (Verdict.MET if worst is None else Verdict.NOT_MET), said


def _by_count(condition: Condition, counted: Counted) -> tuple[Verdict, str]:
    if counted.number is None or not fits(condition.unit, counted.unit):
        return Verdict.UNKNOWN, f"{counted.title} is not known in that unit."
    is_met = condition.holds(counted.number, counted.unit)
    said = f"{counted.title}: {condition.explain(counted.number, counted.unit)}"
    return (Verdict.MET if is_met else Verdict.NOT_MET), said


@transaction.atomic
def judge_by_hand(
    deployment_id: int, target_id: int, verdict: Verdict, *, actor: User, reason: str
) -> Event:
    """A person judges what a machine could not, and says why."""
    deployment = Deployment.objects.lock(deployment_id)
    target = deployment.targets.get(pk=target_id)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_judge(rights, deployment, target, reason))
    return _save(deployment, target, verdict, reason.strip(), actor=actor, now=clock.now())


def _save(
    deployment: Deployment,
    target: Target,
    verdict: Verdict,
    said: str,
    *,
    now: datetime,
    actor: User | None = None,
) -> Event:
    target.verdict, target.said = verdict, cut(said, 600)
    target.judged_at, target.judged_by = now, actor
    target.save(update_fields=["verdict", "said", "judged_at", "judged_by"])
    after = {"verdict": verdict.value, "said": target.said}
    return history.record(deployment, "target judged", actor=actor, obj=target, after=after, at=now)
