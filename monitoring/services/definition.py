"""What is watched is written when a plan is made, and again when its document changed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from deployments.keys import kept_keys
from deployments.models import Deployment
from deployments.redefining import Wanted, redefine, remind
from monitoring.definitions import (
    AlertDefinition,
    LimitDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)
from monitoring.models import DEFAULT_WATCH, Watch, Widget
from monitoring.parts import ALERTS, TARGETS, TRIGGERS, Limits


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
    _make(TARGETS, deployment, targets)
    _make(ALERTS, deployment, alerts)
    _make(TRIGGERS, deployment, triggers)
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
    redefine(TARGETS, deployment, [_wanted(one) for one in targets])
    redefine(ALERTS, deployment, [_wanted(one) for one in alerts])
    redefine(TRIGGERS, deployment, [_wanted(one) for one in triggers])
    deployment.widgets.all().delete()
    _define_widgets(deployment, widgets)
    if length is not None:
        Watch.objects.filter(deployment=deployment).update(length=length)


def _make(
    part: Limits[Any, Any], deployment: Deployment, definitions: Sequence[LimitDefinition]
) -> None:
    keys = kept_keys([one.key for one in definitions], [one.text for one in definitions])
    rows = part.make_with(deployment, keys, [one.plan for one in definitions])
    remind(rows, [{"line": one.line} for one in definitions])


def _wanted(one: LimitDefinition) -> Wanted[Any]:
    return Wanted(one.key or "", one.plan, {"line": one.line})


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
