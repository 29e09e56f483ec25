"""Which roles are asked to sign, written from what a document says."""

from accounts.models import Role
from approvals.definitions import PolledDefinition, RuleDefinition
from approvals.models import PolledRole, PollPlan, Rule
from approvals.parts import WRITTEN, Rules
from approvals.plan import RulePlan
from deployments.models import Deployment
from deployments.redefining import Wanted, redefine


def define(
    deployment: Deployment,
    rules: list[RuleDefinition],
    polled: list[PolledDefinition],
    *,
    poll: bool | None = None,
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
            line=rule.line,
            **{name: getattr(rule, name) for name in WRITTEN},
        )
    _poll(deployment, polled, is_on=poll)


def redefine_rules(
    deployment: Deployment,
    rules: list[RuleDefinition],
    polled: list[PolledDefinition],
    *,
    poll: bool | None = None,
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
                    **{name: getattr(one, name) for name in WRITTEN},
                ),
                {"line": one.line},
            )
            for one in rules
        ],
    )
    deployment.polled_roles.all().delete()
    _poll(deployment, polled, is_on=poll)


def _poll(deployment: Deployment, polled: list[PolledDefinition], *, is_on: bool | None) -> None:
    """`is_on` None leaves it as it is: polls are held unless somebody says otherwise."""
    if is_on is not None:
        PollPlan.objects.update_or_create(deployment=deployment, defaults={"is_on": is_on})
    for entry in polled:
        PolledRole.objects.get_or_create(
            deployment=deployment,
            role=role_called(entry.role, entry.role_title),
            defaults={"purpose": entry.purpose, "line": entry.line},
        )


def role_called(key: str, title: str) -> Role:
    """The role with this key; one that a document names for the first time is kept by its name."""
    return Role.objects.get_or_create(key=key, defaults={"title": title})[0]
