"""Which roles are asked to sign, written from what a document says."""

from accounts.models import Role
from approvals.definitions import PolledDefinition, RuleDefinition
from approvals.models import PolledRole, Rule
from approvals.parts import Rules
from approvals.plan import RulePlan
from deployments.models import Deployment
from deployments.redefining import Wanted, redefine


def define(
    deployment: Deployment, rules: list[RuleDefinition], polled: list[PolledDefinition]
) -> None:
    """Write the approval rules; the caller holds the lock and refreshes the content afterwards."""
    seen: dict[str, int] = {}
    for place, rule in enumerate(rules, start=1):
        seen[rule.role] = seen.get(rule.role, 0) + 1
        numbered = rule.role if seen[rule.role] == 1 else f"{rule.role}-{seen[rule.role]}"
        Rule.objects.create(
            deployment=deployment,
            role=role_called(rule.role, rule.role_title),
            key=rule.key or numbered,
            position=place,
            statement=rule.statement,
            count=rule.count,
            order_group=rule.order_group,
            line=rule.line,
        )
    _poll(deployment, polled)


def redefine_rules(
    deployment: Deployment, rules: list[RuleDefinition], polled: list[PolledDefinition]
) -> None:
    """Make rules and polled roles what these say, rules by key; votes stay with theirs.

    The caller holds the lock. Raises `Refused` for a rule that an objection holds.
    """
    redefine(
        Rules(),
        deployment,
        [
            Wanted(
                one.key or "",
                RulePlan(
                    role_called(one.role, one.role_title),
                    one.statement,
                    one.count,
                    one.order_group,
                ),
                {"line": one.line},
            )
            for one in rules
        ],
    )
    deployment.polled_roles.all().delete()
    _poll(deployment, polled)


def _poll(deployment: Deployment, polled: list[PolledDefinition]) -> None:
    for entry in polled:
        PolledRole.objects.get_or_create(
            deployment=deployment,
            role=role_called(entry.role, entry.role_title),
            defaults={"purpose": entry.purpose, "line": entry.line},
        )


def role_called(key: str, title: str) -> Role:
    """The role with this key; one that a document names for the first time is kept by its name."""
    return Role.objects.get_or_create(key=key, defaults={"title": title})[0]
