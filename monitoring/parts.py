"""Targets, alert thresholds and rollback triggers: added, changed, taken out, put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import QuerySet

from deployments.conditions import Condition, ConditionError, parse
from deployments.editing import arrange, placed
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment
from deployments.redefining import KeyedPart
from monitoring.models import AlertRule, Definition, Target, Trigger
from monitoring.plan import AlertPlan, LimitPlan, TriggerPlan

Limit = TypeVar("Limit", bound=Definition)
Planned = TypeVar("Planned", bound=LimitPlan)
LONGEST_TEXT = 2000
MOST_NEEDED = 100
LONGEST_COUNTDOWN = 24 * 60 * 60
LONGEST_CONDITION = Definition._meta.get_field("condition").max_length or 0


class Limits(KeyedPart[Limit, Planned], Generic[Limit, Planned]):
    """One of the three; `further` names the columns beside text and condition."""

    def __init__(
        self, word: str, rows: models.Manager[Limit], plan: type[Planned], *further: str
    ) -> None:
        self.word, self._plan, self._further = word, plan, further
        self._rows = rows
        self._named = [name for name in further if rows.model._meta.get_field(name).is_relation]

    def rows(self, deployment: Deployment) -> QuerySet[Limit]:
        named = self._rows.select_related(*self._named)
        return named.filter(deployment=deployment).order_by("position", "pk")

    def plan_of(self, row: Limit) -> Planned:
        further = {name: getattr(row, name) for name in self._further}
        return self._plan(text=row.text, condition=row.condition, **further)

    def refusal(self, deployment: Deployment, plan: Planned, row: Limit | None) -> Refused | None:
        return refusal_of_limit(plan)

    def every(self, deployment: Deployment) -> QuerySet[Limit]:
        return self._rows.filter(deployment=deployment)

    def title(self, plan: Planned) -> str:
        return plan.text

    def make_with(
        self, deployment: Deployment, keys: Sequence[str], plans: Sequence[Planned]
    ) -> list[Limit]:
        there = self.every(deployment).count()
        return self._rows.bulk_create(
            self._rows.model(deployment=deployment, key=key, position=place, **self._columns(plan))
            for place, (key, plan) in enumerate(zip(keys, plans, strict=True), there + 1)
        )

    def write(self, deployment: Deployment, changes: Sequence[tuple[Limit, Planned]]) -> None:
        for row, plan in changes:
            columns = self._columns(plan)
            for name, value in columns.items():
                setattr(row, name, value)
            row.save(update_fields=list(columns))

    def put(self, deployment: Deployment, row: Limit, place: str) -> bool:
        rows = list(self.rows(deployment))
        moved = placed(rows, row, place)
        arrange(moved)
        return moved != rows

    def _columns(self, plan: Planned) -> dict[str, Any]:
        return {name: getattr(plan, name) for name in ("text", "condition", *self._further)}


TARGETS = Limits("target", Target.objects, LimitPlan)
ALERTS = Limits(
    "alert", AlertRule.objects, AlertPlan, "severity", "need_bad", "need_good", "clears"
)
TRIGGERS = Limits(
    "trigger", Trigger.objects, TriggerPlan, "mode", "countdown_seconds", "decided_by"
)


def refusal_of_limit(plan: LimitPlan) -> Refused | None:
    if not plan.text.strip():
        return Invalid("Write what is watched, such as “cache hit rate above 85 %”.")
    if "\0" in plan.text + plan.condition:
        return Invalid("The text contains a NUL character; remove it.")
    if len(plan.text) > LONGEST_TEXT:
        return Invalid(
            f"The text has {len(plan.text)} characters; {LONGEST_TEXT} is the most. Shorten it."
        )
    if len(plan.condition) > LONGEST_CONDITION:
        return Invalid(f"A condition has at most {LONGEST_CONDITION} characters; shorten it.")
    try:
        condition = parse(plan.condition) if plan.condition else None
        if isinstance(plan, AlertPlan):
            return _refusal_of_alert(plan, condition)
    except ConditionError as error:
        return Invalid(str(error))
    return None


def _refusal_of_alert(plan: AlertPlan, condition: Condition | None) -> Refused | None:
    if not (1 <= plan.need_bad <= MOST_NEEDED and 1 <= plan.need_good <= MOST_NEEDED):
        return Invalid(f"Between 1 and {MOST_NEEDED} readings in a row raise an alert or end it.")
    if not plan.clears:
        return None
    clears = parse(plan.clears)
    if condition is None:
        return Invalid("A limit to be calm at needs a condition beside it.")
    if (clears.metric, clears.operator) != (condition.metric, condition.operator):
        return Invalid(f"The second limit is one of the same kind, such as “{condition}”.")
    if not condition.reaches(clears):
        return Invalid(
            f"“{clears}” must be the wider of the two limits, so that an alert ends further off."
        )
    return None
