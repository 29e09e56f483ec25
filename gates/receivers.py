"""What the gates do when something below them changes."""

from django.db import models, transaction

from accounts.models import User
from connections.models import Connection
from deployments.enums import BEFORE_START, FINAL
from deployments.facts import Facts
from deployments.models import Deployment
from gates import standing
from gates.models import Gate

SERVICES = frozenset({"every_service", "service_keys"})


@transaction.atomic
def stale_by_connection(connection: Connection, fields: frozenset[str], actor_id: int) -> None:
    """Gates were asked at its old address, or may not be asked over it any more."""
    actor = User.objects.get(pk=actor_id)
    asked = named_by_gates(connection).filter(deployment__state__in=sorted(BEFORE_START))
    for pk in sorted(set(asked.values_list("deployment_id", flat=True))):
        deployment = Deployment.objects.lock(pk)
        if deployment.state not in BEFORE_START:
            continue
        if "base_url" in fields:
            reason = f"the address of the connection “{connection}” changed"
        elif fields & SERVICES and not connection.is_for(deployment.service.key):
            reason = f"the connection “{connection}” is no longer for this service"
        else:
            continue
        for gate in deployment.gates.filter(settings__connection=connection.key):
            standing.mark_stale(deployment, gate, reason=reason, actor=actor)


def gates_over(connection: Connection) -> list[str]:
    """Those of deployments that are not over, as people call them."""
    open_ones = named_by_gates(connection).exclude(deployment__state__in=sorted(FINAL))
    return [
        f"“{gate}” of {gate.deployment} #{gate.deployment_id}"
        for gate in open_ones.select_related("deployment__service", "deployment__environment")
    ]


def named_by_gates(connection: Connection) -> models.QuerySet[Gate]:
    return Gate.objects.filter(settings__connection=connection.key)


def stale_by_facts(deployment: Deployment, before: Facts, after: Facts, actor: User) -> None:
    """What was measured was another commit, or another branch; the caller holds the lock."""
    if before.commit != after.commit:
        for gate in deployment.gates.order_by("position"):
            standing.mark_stale(deployment, gate, reason="the commit changed", actor=actor)
    elif before.branch != after.branch:
        for gate in deployment.gates.order_by("position"):
            if gate.follows_branch:
                standing.mark_stale(deployment, gate, reason="the branch changed", actor=actor)
