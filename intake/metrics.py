"""What a document calls a number becomes the key of the service's metric, once it is a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from deployments.conditions import Condition, ConditionError, parse
from deployments.models import Service
from gates.kinds import KINDS
from gates.metrics import keyed, meant, names_of
from intake.reading import Reading
from intake.whole import Whole
from monitoring.metrics.unknown import unknown


def with_known_metrics(plan: Whole, service: Service) -> Whole:
    """Every condition with the key of the metric that it means; what means none stays as it is.

    A gate whose kind finds numbers of its own names those, never a metric.
    """
    names = names_of(service.metrics.all())
    if not names:
        return plan
    return replace(
        plan,
        gates=[
            one if KINDS[one.kind].numbers else replace(one, condition=keyed(one.condition, names))
            for one in plan.gates
        ],
        items=[replace(one, condition=keyed(one.condition, names)) for one in plan.items],
        targets=[replace(one, condition=keyed(one.condition, names)) for one in plan.targets],
        alerts=[replace(one, condition=keyed(one.condition, names)) for one in plan.alerts],
        triggers=[replace(one, condition=keyed(one.condition, names)) for one in plan.triggers],
    )


def limits_of(reading: Reading) -> Iterator[Condition]:
    """What of a document the watch will judge by a number; a gate has a source of its own."""
    said = [one.bounds or (one.expression or "",) for one in reading.conditions]
    said += [(one.expression or "",) for one in reading.criteria]
    for expression in chain.from_iterable(said):
        try:
            yield parse(expression)
        except ConditionError:
            continue


def metrics_named(reading: Reading, service: Service) -> dict[str, Any]:
    """For the page: which names mean a metric of another key, and which mean none."""
    metrics = list(service.metrics.order_by("title", "key"))
    names, limits = names_of(metrics), list(limits_of(reading))
    found = {one.metric: meant(one.metric, names) for one in limits}
    return {
        "metrics": metrics,
        "renamed": {name: key for name, key in found.items() if key not in (None, name)},
        "unknown_metrics": unknown(limits, lambda name: found[name] is not None),
    }
