"""Sign-off rules: added, changed, taken out and put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from approvals.models import Rule
from approvals.plan import RulePlan
from deployments import clock
from deployments.editing import Part, arrange, placed
from deployments.exceptions import Invalid, Refused
from deployments.keys import unique_keys
from deployments.models import Deployment

LONGEST_STATEMENT = 2000
MOST_PEOPLE = 20


class Rules(Part[Rule, RulePlan]):
    word = "rule"

    def rows(self, deployment: Deployment) -> QuerySet[Rule]:
        return deployment.rules.select_related("role").order_by("position", "pk")

    def plan_of(self, row: Rule) -> RulePlan:
        return RulePlan(row.role, row.statement, row.count, row.order_group)

    def refusal(self, deployment: Deployment, plan: RulePlan, row: Rule | None) -> Refused | None:
        if not plan.statement.strip():
            return Invalid("Write what the signer takes responsibility for.")
        if "\0" in plan.statement:
            return Invalid("The statement contains a NUL character; remove it.")
        if len(plan.statement) > LONGEST_STATEMENT:
            return Invalid(
                f"The statement has {len(plan.statement)} characters; {LONGEST_STATEMENT} is the "
                "most. Shorten it."
            )
        if not 1 <= plan.count <= MOST_PEOPLE or not 1 <= plan.order_group <= MOST_PEOPLE:
            return Invalid(f"People and order are numbers from 1 to {MOST_PEOPLE}.")
        return None

    def make(self, deployment: Deployment, plans: Sequence[RulePlan]) -> list[Rule]:
        taken = Rule.every.filter(deployment=deployment).values_list("key", flat=True)
        keys = unique_keys([plan.role.key for plan in plans], list(taken))
        there = self.rows(deployment).count()
        return Rule.objects.bulk_create(
            Rule(
                deployment=deployment,
                key=key,
                position=place,
                role=plan.role,
                statement=plan.statement,
                count=plan.count,
                order_group=plan.order_group,
            )
            for place, (key, plan) in enumerate(zip(keys, plans, strict=True), start=there + 1)
        )

    def write(self, deployment: Deployment, changes: Sequence[tuple[Rule, RulePlan]]) -> None:
        for row, plan in changes:
            row.role, row.statement = plan.role, plan.statement
            row.count, row.order_group = plan.count, plan.order_group
            row.save(update_fields=["role", "statement", "count", "order_group"])

    def put(self, deployment: Deployment, row: Rule, place: str) -> bool:
        rows = list(self.rows(deployment))
        moved = placed(rows, row, place)
        arrange(moved)
        return moved != rows

    def take_out(self, deployment: Deployment, rows: Sequence[Rule]) -> None:
        """One under which somebody voted keeps its row, since votes are never deleted."""
        for row in rows:
            if row.votes.exists():
                row.removed_at = clock.now()
                row.save(update_fields=["removed_at"])
            else:
                row.delete()
