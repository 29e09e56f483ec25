"""The verbs of the watch: define, open, close."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from django.db import transaction

from accounts.models import User
from approvals.reviews import open_reviews
from checklists.enums import Phase
from deployments import clock, history
from deployments.enums import State
from deployments.keys import kept_keys
from deployments.models import Deployment, Event
from deployments.policies import rights_of
from deployments.redefining import Wanted, redefine
from deployments.services import move, require
from monitoring import policies
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)
from monitoring.models import DEFAULT_WATCH, AlertRule, Target, Trigger, Watch, Widget
from monitoring.parts import ALERTS, TARGETS, TRIGGERS, Planned
from monitoring.plan import AlertPlan, LimitPlan, TriggerPlan

Watched = TypeVar("Watched", TargetDefinition, AlertDefinition, TriggerDefinition)


def define(
    deployment: Deployment,
    *,
    targets: Sequence[TargetDefinition] = (),
    alerts: Sequence[AlertDefinition] = (),
    triggers: Sequence[TriggerDefinition] = (),
    widgets: Sequence[WidgetDefinition] = (),
    length: timedelta | None = None,
) -> None:
    """Write what is watched and for how long; the caller holds the lock, then refreshes content."""
    Target.objects.bulk_create(
        Target(
            deployment=deployment,
            key=key,
            position=place,
            text=target.text,
            condition=target.condition,
            line=target.line,
        )
        for place, key, target in _keyed(targets)
    )
    AlertRule.objects.bulk_create(
        AlertRule(
            deployment=deployment,
            key=key,
            position=place,
            text=alert.text,
            condition=alert.condition,
            severity=alert.severity,
            line=alert.line,
        )
        for place, key, alert in _keyed(alerts)
    )
    _define_triggers(deployment, triggers)
    _define_widgets(deployment, widgets)
    Watch.objects.create(deployment=deployment, length=length or DEFAULT_WATCH)


def redefine_watch(
    deployment: Deployment,
    *,
    targets: Sequence[TargetDefinition],
    alerts: Sequence[AlertDefinition],
    triggers: Sequence[TriggerDefinition],
    widgets: Sequence[WidgetDefinition],
    length: timedelta | None,
) -> None:
    """Make what is watched what these say, by key; without a length the watch keeps its own.

    The caller holds the lock, has asked, and refreshes the content afterwards.
    """
    redefine(
        TARGETS, deployment, [_wanted(one, LimitPlan(one.text, one.condition)) for one in targets]
    )
    redefine(
        ALERTS,
        deployment,
        [_wanted(one, AlertPlan(one.text, one.condition, one.severity)) for one in alerts],
    )
    redefine(
        TRIGGERS,
        deployment,
        [_wanted(one, TriggerPlan(one.text, one.condition, one.mode)) for one in triggers],
    )
    deployment.widgets.all().delete()
    _define_widgets(deployment, widgets)
    if length is not None:
        Watch.objects.filter(deployment=deployment).update(length=length)


def _wanted(one: Watched, plan: Planned) -> Wanted[Planned]:
    return Wanted(one.key or "", plan, {"line": one.line})


def _define_triggers(deployment: Deployment, triggers: Sequence[TriggerDefinition]) -> None:
    Trigger.objects.bulk_create(
        Trigger(
            deployment=deployment,
            key=key,
            position=place,
            text=trigger.text,
            condition=trigger.condition,
            mode=trigger.mode,
            line=trigger.line,
        )
        for place, key, trigger in _keyed(triggers)
    )


def _define_widgets(deployment: Deployment, widgets: Sequence[WidgetDefinition]) -> None:
    Widget.objects.bulk_create(
        Widget(
            deployment=deployment,
            position=place,
            title=widget.title,
            series=widget.series,
            line=widget.line,
        )
        for place, widget in enumerate(widgets, start=1)
    )


def _keyed(definitions: Sequence[Watched]) -> list[tuple[int, str, Watched]]:
    keys = kept_keys([one.key for one in definitions], [one.text for one in definitions])
    places = range(1, len(definitions) + 1)
    return list(zip(places, keys, definitions, strict=True))


@transaction.atomic
def open_watch(deployment_id: int) -> Watch:
    """Begin to observe from the completion on; a watch that is open stays as it is."""
    deployment = Deployment.objects.lock(deployment_id)
    watch, _ = Watch.objects.get_or_create(deployment=deployment)
    if watch.is_open or deployment.completed_at is None:
        return watch
    watch.opened_at = deployment.completed_at
    watch.ends_at = deployment.completed_at + watch.length
    watch.save(update_fields=["opened_at", "ends_at"])
    history.record(
        deployment,
        "watch opened",
        actor=None,
        obj=watch,
        after={"opened_at": watch.opened_at.isoformat(), "ends_at": watch.ends_at.isoformat()},
    )
    return watch


@transaction.atomic
def close(deployment_id: int, *, actor: User) -> Event:
    """End the deployment once everything due after it was judged."""
    deployment = Deployment.objects.lock(deployment_id)
    waiting = deployment.items.waiting_in([Phase.AFTER]).values_list("text", flat=True)
    rights = rights_of(actor, deployment.service)
    is_reviewed = not open_reviews([deployment])
    require(policies.refusal_to_close(rights, deployment, list(waiting), is_reviewed=is_reviewed))
    deployment.closed_at = clock.now()
    deployment.save(update_fields=["closed_at"])
    return move(deployment, State.CLOSED, "closed", actor=actor, at=deployment.closed_at)
