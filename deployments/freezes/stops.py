"""Which freezes stand in the way of which deployments, in one query or two however many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from deployments.enums import BEFORE_START
from deployments.freezes.recurrence import Window
from deployments.models import Deployment, Exemption, Freeze
from deployments.models.deployment import DeploymentQuerySet
from statements import AnyOf, built_once

Periods = Mapping[int, tuple[datetime, datetime]]


@dataclass(frozen=True)
class Stop:
    """One freeze that meets a deployment's time; `exemption` is there if it covers all windows."""

    freeze: Freeze
    windows: Sequence[Window]
    exemption: Exemption | None = None


def stops_of(deployments: Sequence[Deployment]) -> dict[int, list[Stop]]:
    """Those that share a moment with T0 to the window's end, exempted ones too."""
    planned = {one.pk: (one.t0, one.window_end) for one in deployments if one.t0 and one.window_end}
    return _stops(deployments, planned)


def holding_now(deployment: Deployment, now: datetime) -> list[Stop]:
    """Those that hold at this instant and from which the deployment is not exempted."""
    found = _stops([deployment], {deployment.pk: (now, now + timedelta.resolution)})
    return [one for one in found[deployment.pk] if one.exemption is None]


def stopped_by(freeze: Freeze, among: Iterable[Deployment]) -> list[Deployment]:
    """Those not begun yet whose window the freeze meets; it need not be saved."""
    return [
        one
        for one in among
        if freeze.is_about(one)
        and one.t0
        and one.window_end
        and freeze.series.overlapping(one.t0, one.window_end)
    ]


def could_stop(freeze: Freeze) -> DeploymentQuerySet:
    """Everything that has not begun and may go on where and while it holds, soonest first."""
    there = Deployment.objects.filter(state__in=BEFORE_START, window_end__gt=freeze.starts_at)
    if freeze.service_id:
        there = there.filter(service=freeze.service_id)
    if freeze.environment_id:
        there = there.filter(environment=freeze.environment_id)
    if not freeze.rule:
        there = there.filter(t0__lt=freeze.ends_at)
    return there.select_related("service", "environment").order_by("t0", "pk")


def _stops(deployments: Sequence[Deployment], periods: Periods) -> dict[int, list[Stop]]:
    found: dict[int, list[Stop]] = {one.pk: [] for one in deployments}
    freezes = _freezes(deployments, periods)
    exempted = _exemptions(freezes, periods)
    for deployment in deployments:
        for freeze in freezes:
            if deployment.pk not in periods or not freeze.is_about(deployment):
                continue
            windows = freeze.series.overlapping(*periods[deployment.pk])
            if windows:
                exemption = exempted.get((deployment.pk, freeze.pk))
                covers = exemption and covers_all(exemption, windows)
                found[deployment.pk].append(Stop(freeze, windows, exemption if covers else None))
    return found


def _freezes(deployments: Sequence[Deployment], periods: Periods) -> list[Freeze]:
    if not periods:
        return []
    begin = min(begin for begin, _ in periods.values())
    end = max(end for _, end in periods.values())
    return _standing(list({one.service_id for one in deployments}), begin, end)


@built_once
def _standing(services: list[int], begin: datetime, end: datetime) -> QuerySet[Freeze, Any]:
    found = Freeze.objects.standing().filter(
        Q(service=None) | Q(AnyOf("service", services)),
        ~Q(rule="") | Q(ends_at__gt=begin),
        starts_at__lt=end,
    )
    return found.select_related("service", "environment")


def _exemptions(freezes: Sequence[Freeze], periods: Periods) -> Mapping[tuple[int, int], Exemption]:
    if not freezes:
        return {}
    found = _open_exemptions([one.pk for one in freezes], list(periods))
    return {(one.deployment_id, one.freeze_id): one for one in found}


@built_once
def _open_exemptions(freezes: list[int], deployments: list[int]) -> QuerySet[Exemption, Any]:
    met = AnyOf("freeze", freezes), AnyOf("deployment", deployments)
    return Exemption.objects.filter(*met, ended_at=None).select_related("made_by")


def covers_all(exemption: Exemption, windows: Sequence[Window]) -> bool:
    return all(exemption.covers_from <= one.starts_at <= exemption.covers_to for one in windows)
