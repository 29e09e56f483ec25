"""Which conditions of plans name a metric, and whether they could be judged by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, F, Q, QuerySet, Value

from checklists.models import Item
from deployments.conditions import UNITS, Condition, fits, saved
from deployments.models import Deployment
from gates.kinds import KINDS
from gates.models import Gate, Metric
from monitoring.counted import COUNTED
from monitoring.enums import TriggerMode
from monitoring.models import AlertRule, Target, Trigger
from statements import AnyOf, built_once

# Their conditions name numbers of the kind's own, never a metric.
COUNTING = [kind for kind, declared in KINDS.items() if declared.numbers]


@dataclass(frozen=True)
class Use:
    """One line of a plan; `condition` None is a trigger that only says in words when it holds.

    `role` is the one that decides on a trigger, where the plan names one.
    """

    deployment_id: int
    word: str
    key: str
    text: str
    condition: Condition | None
    is_automatic: bool = False
    role_id: int | None = None
    role: str = ""

    @property
    def metric(self) -> str:
        return self.condition.metric if self.condition else ""

    def is_measured(self, metrics: Mapping[str, Metric]) -> bool:
        """Whether anything tells the value that it judges."""
        found = metrics.get(self.metric)
        return self.metric in COUNTED or (found is not None and found.is_measured)

    def misfit(self, metrics: Mapping[str, Metric]) -> str:
        """Why it cannot be judged by the values of its metric; empty where they fit."""
        found = metrics.get(self.metric)
        if self.condition is None or found is None or fits(self.condition.unit, found.unit):
            return ""
        judged, measured = UNITS[self.condition.unit][0], UNITS[found.unit][0]
        return f"“{self.condition}” judges {judged}, but {found.key} is measured as {measured}"


def watched(deployments: Iterable[Deployment]) -> list[Use]:
    """Triggers, targets, alert thresholds and criteria in the order of their plan; one query."""
    return list(_uses(_watched([one.pk for one in deployments])))


@built_once
def _watched(deployments: list[int]) -> QuerySet[Any, Any]:
    also = Q(mode=TriggerMode.AUTOMATIC, condition="") | Q(decided_by__isnull=False)
    triggers = _named(Trigger, "rollback trigger", deployments, also=also, of_trigger=True)
    targets = _named(Target, "target", deployments)
    alerts = _named(AlertRule, "alert threshold", deployments)
    criteria = _named(Item, "success criterion", deployments)
    together: QuerySet[Any, Any] = triggers.union(targets, alerts, criteria, all=True)
    return together.order_by("deployment_id", "position", "key")


def _named(
    model: Any,
    word: str,
    deployments: list[int],
    *,
    also: Q | None = None,
    of_trigger: bool = False,
) -> Any:
    said: dict[str, Any] = {"word": Value(word, CharField())}
    if of_trigger:
        said["role"] = F("decided_by__title")
    else:
        said["mode"] = said["role"] = Value("", CharField())
        said["decided_by"] = Value(None, BigIntegerField())
    wanted = ~Q(condition="") | also if also else ~Q(condition="")
    return (
        model.objects.filter(wanted, AnyOf("deployment", deployments))
        .annotate(**said)
        .order_by()
        .values_list(
            "deployment_id", "word", "key", "text", "condition", "mode", "position",
            "decided_by", "role",
        )
    )  # fmt: skip


def asked_by_gates(deployments: Iterable[Deployment]) -> list[Use]:
    """Gates whose condition may name a metric; they are answered from their own source."""
    gates = Gate.objects.filter(deployment__in=deployments).exclude(condition="")
    rows = gates.exclude(kind__in=COUNTING).order_by("deployment_id", "position")
    found = rows.values_list("deployment_id", "key", "title", "condition")
    return list(
        _uses((pk, "gate", key, title, said, "", 0, None, "") for pk, key, title, said in found)
    )


def _uses(rows: Iterable[Any]) -> Iterator[Use]:
    for pk, word, key, text, said, mode, _, role_id, role in rows:
        is_automatic = mode == TriggerMode.AUTOMATIC
        yield Use(pk, word, key, text, saved(said), is_automatic, role_id, role or "")


def open_uses(service_id: int) -> dict[str, list[Use]]:
    """What open deployments of a service name, by the name of the metric; three queries."""
    planned = list(Deployment.objects.open().filter(service=service_id))
    found: dict[str, list[Use]] = defaultdict(list)
    for use in [*watched(planned), *asked_by_gates(planned)]:
        found[use.metric].append(use)
    found.pop("", None)
    return dict(found)
