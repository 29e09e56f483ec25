"""A watch is opened by the completion, ends by itself, and is closed by a person."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from approvals.reviews import open_reviews
from checklists.enums import Phase
from deployments import anchors, clock, hints, history
from deployments.enums import State
from deployments.exceptions import Refused, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of
from deployments.services import move
from gates.models import Metric
from monitoring import policies
from monitoring.enums import Result
from monitoring.models import Closing, Series, Target, Watch
from monitoring.services.judging import judge_by_values
from monitoring.services.targets import deadline


@transaction.atomic
def open_watch(deployment_id: int) -> Watch:
    """Begin to observe from the completion on; a watch that is open stays as it is."""
    deployment = Deployment.objects.lock(deployment_id)
    watch, _ = Watch.objects.get_or_create(deployment=deployment)
    if watch.is_open or deployment.completed_at is None or deployment.state != State.WATCHING:
        return watch
    watch.pace = timedelta(seconds=settings.WATCH_PACE)
    watch.opened_at = deployment.completed_at
    watch.ends_at = deployment.completed_at + watch.length
    watch.save(update_fields=["pace", "opened_at", "ends_at"])
    _measure(watch)
    _set_deadlines(deployment, watch)
    history.record(
        deployment,
        "watch opened",
        actor=None,
        obj=watch,
        after={"opened_at": watch.opened_at.isoformat(), "ends_at": watch.ends_at.isoformat()},
    )
    return watch


def _measure(watch: Watch) -> None:
    """Every metric of the service that has a source; what is asked is asked at once."""
    metrics = Metric.objects.filter(service=watch.deployment.service_id).order_by("key")
    made = Series.objects.bulk_create(
        Series(
            watch=watch,
            metric=metric,
            key=metric.key,
            title=metric.title,
            unit=metric.unit,
            next_at=watch.opened_at if metric.is_asked else None,
        )
        for metric in metrics
        if metric.is_measured
    )
    for series in made:
        if series.next_at is not None:
            hints.hint("monitoring.sample", series.pk)


def _set_deadlines(deployment: Deployment, watch: Watch) -> None:
    """When each target is judged: so long after its anchor, or at the end of the watch."""
    targets = list(deployment.targets.exclude(condition=""))
    known = anchors.moments_of([deployment])[deployment.pk]
    for target in targets:
        target.due_at = deadline(target.condition, known, watch)
    Target.objects.bulk_update(targets, ["due_at"])


@transaction.atomic
def end_watch(deployment_id: int) -> Event | None:
    """Record once that the time of the watch is over, and judge what values can judge.

    Closing stays an act of a person.
    """
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    over = Q(deployment=deployment, ends_at__lte=now, ended_at__isnull=True)
    watch = Watch.objects.filter(over).first()
    if watch is None or deployment.state != State.WATCHING:
        return None
    watch.ended_at = now
    watch.save(update_fields=["ended_at"])
    watch.series.update(next_at=None)
    judge_by_values(deployment, watch)
    return history.record(deployment, "watch ended", actor=None, obj=watch, at=now)


def refusal_to_close_now(deployment: Deployment, actor: User) -> Refused | None:
    waiting = deployment.items.waiting_in([Phase.AFTER]).values_list("text", flat=True)
    return policies.refusal_to_close(
        rights_of(actor, deployment.service),
        deployment,
        list(waiting),
        is_reviewed=not open_reviews([deployment]),
    )


@transaction.atomic
def close(deployment_id: int, *, actor: User, result: Result, lessons: str = "") -> Event:
    """End the deployment with its result, once everything due after it was judged."""
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_close_now(deployment, actor))
    deployment.closed_at = clock.now()
    deployment.save(update_fields=["closed_at"])
    Closing.objects.create(
        deployment=deployment,
        result=result,
        lessons=lessons.strip(),
        closed_by=actor,
        closed_at=deployment.closed_at,
    )
    return move(
        deployment,
        State.CLOSED,
        "closed",
        actor=actor,
        at=deployment.closed_at,
        also={"result": result.value},
    )
