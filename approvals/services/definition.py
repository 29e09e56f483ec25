"""Which roles are asked to sign, written from what a document says."""

from accounts.models import Role
from approvals.definitions import PolledDefinition, RuleDefinition
from approvals.models import PolledRole, Rule
from deployments.models import Deployment


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
    for entry in polled:
        PolledRole.objects.get_or_create(
            deployment=deployment,
            role=role_called(entry.role, entry.role_title),
            defaults={"purpose": entry.purpose, "line": entry.line},
        )


def role_called(key: str, title: str) -> Role:
    """The role with this key; one that a document names for the first time is kept by its name."""
    return Role.objects.get_or_create(key=key, defaults={"title": title})[0]
