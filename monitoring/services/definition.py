"""What is watched is written when a plan is made, and again when its document changed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from deployments.keys import kept_keys
from deployments.models import Deployment
from deployments.redefining import Wanted, redefine
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
            need_bad=alert.need_bad,
            need_good=alert.need_good,
            clears=alert.clears,
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
        [
            _wanted(
                one,
                AlertPlan(
                    one.text, one.condition, one.severity, one.need_bad, one.need_good, one.clears
                ),
            )
            for one in alerts
        ],
    )
    redefine(
        TRIGGERS,
        deployment,
        [
            _wanted(one, TriggerPlan(one.text, one.condition, one.mode, one.countdown_seconds))
            for one in triggers
        ],
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
            countdown_seconds=trigger.countdown_seconds,
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
