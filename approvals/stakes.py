"""What of sign-off hangs on people: signatures that one of them still owes, roles still asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from accounts.models import User
from approvals.models import PolledRole, Rule
from approvals.signoff import standings_of
from deployments.access.stakes import Stake
from deployments.enums import BEFORE_START
from deployments.models import Deployment, Membership


def open_signatures(person: User) -> list[Stake]:
    """Rules that the person could still sign, on deployments that have not started."""
    held = set(Membership.objects.filter(group__user=person).values_list("service_id", "role_id"))
    waiting = Deployment.objects.filter(
        state__in=BEFORE_START, service__in={service_id for service_id, _ in held}
    )
    deployments = list(waiting.with_names())
    standings = standings_of(deployments)
    return [
        Stake(deployment, f"may still sign as {standing.rule.role}")
        for deployment in deployments
        for standing in standings[deployment.pk]
        if standing.missing and (deployment.service_id, standing.rule.role_id) in held
    ]


def roles_asked(service_ids: Collection[int]) -> dict[tuple[int, str], list[Deployment]]:
    """Roles under which somebody signs or answers before the start of an open deployment."""
    waiting = Deployment.objects.filter(state__in=BEFORE_START, service__in=service_ids)
    deployments = {one.pk: one for one in waiting.with_names()}
    asked: dict[tuple[int, str], list[Deployment]] = defaultdict(list)
    rules = Rule.objects.filter(deployment__in=deployments).values_list("deployment", "role__key")
    polled = PolledRole.objects.filter(deployment__in=deployments).values_list(
        "deployment", "role__key"
    )
    for pk, role in sorted({*rules, *polled}):
        asked[deployments[pk].service_id, role].append(deployments[pk])
    return dict(asked)
