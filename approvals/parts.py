"""Sign-off rules: added, changed, taken out and put elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db.models import QuerySet

from approvals.enums import LONGEST_HOLD
from approvals.models import Rule
from approvals.plan import RulePlan
from approvals.readiness import joined
from approvals.signoff import standings
from deployments import clock
from deployments.editing import arrange, placed
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment, Membership
from deployments.redefining import KeyedPart

LONGEST_STATEMENT = 2000
LONGEST_ASKED = timedelta(days=60)
MOST_PEOPLE = 20
WRITTEN = ("statement", "count", "order_group", "time_sensitive", "asked_until", "holds_for")


class Rules(KeyedPart[Rule, RulePlan]):
    word = "rule"

    def rows(self, deployment: Deployment) -> QuerySet[Rule]:
        return deployment.rules.select_related("role").order_by("position", "pk")

    def plan_of(self, row: Rule) -> RulePlan:
        return RulePlan(row.role, **{name: getattr(row, name) for name in WRITTEN})

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
        if not timedelta(0) < plan.holds_for <= LONGEST_HOLD:
            return Invalid("A signature holds for 1 to 14 days.")
        if plan.asked_until is not None and not timedelta(0) < plan.asked_until <= LONGEST_ASKED:
            return Invalid("A signature is due at most 60 days before T0.")
        is_other_role = row is not None and plan.role != row.role
        return _refusal_by_objection(row) if row is not None and is_other_role else None

    def every(self, deployment: Deployment) -> QuerySet[Rule]:
        return Rule.every.filter(deployment=deployment)

    def title(self, plan: RulePlan) -> str:
        return plan.role.key

    def make_with(
        self, deployment: Deployment, keys: Sequence[str], plans: Sequence[RulePlan]
    ) -> list[Rule]:
        there = self.rows(deployment).count()
        return Rule.objects.bulk_create(
            Rule(
                deployment=deployment,
                key=key,
                position=place,
                role=plan.role,
                **{name: getattr(plan, name) for name in WRITTEN},
            )
            for place, (key, plan) in enumerate(zip(keys, plans, strict=True), start=there + 1)
        )

    def write(self, deployment: Deployment, changes: Sequence[tuple[Rule, RulePlan]]) -> None:
        for row, plan in changes:
            if row.role != plan.role:
                _end_asking(row)
            row.role = plan.role
            for name in WRITTEN:
                setattr(row, name, getattr(plan, name))
            row.save(update_fields=["role", *WRITTEN])

    def put(self, deployment: Deployment, row: Rule, place: str) -> bool:
        rows = list(self.rows(deployment))
        moved = placed(rows, row, place)
        arrange(moved)
        return moved != rows

    def refusal_to_take_out(self, row: Rule) -> Refused | None:
        return _refusal_by_objection(row)

    def bring_back(self, deployment: Deployment, keys: Collection[str]) -> None:
        self.every(deployment).filter(key__in=keys).update(removed_at=None)

    def take_out(self, deployment: Deployment, rows: Sequence[Rule]) -> None:
        """One that was asked for keeps its row: votes are never deleted, waits are counted."""
        for row in rows:
            _end_asking(row)
            if row.votes.exists() or row.requests.exists():
                row.removed_at = clock.now()
                row.save(update_fields=["removed_at"])
            else:
                row.delete()


def _end_asking(rule: Rule) -> None:
    """Its role is asked no longer; who takes its place is asked anew."""
    rule.requests.filter(settled_at=None).update(settled_at=clock.now())


def _refusal_by_objection(rule: Rule) -> Refused | None:
    """An objection ends by whoever raised it and still holds the role; no edit outvotes it."""
    deployment = rule.deployment
    standing = next(one for one in standings(deployment) if one.rule.pk == rule.pk)
    held = Membership.objects.filter(
        service=deployment.service_id, role=rule.role_id, group__user__is_active=True
    )
    holders = set(held.values_list("group__user", flat=True))
    voices = [vote.voice for vote in standing.objections if vote.parties & holders]
    if not voices:
        return None
    verb = "objects" if len(voices) == 1 else "object"
    return Refused(
        f"{joined(voices)} {verb} as {rule.role.title}; the rule stays with that role until they "
        "sign or withdraw their word, which they do in review."
    )
