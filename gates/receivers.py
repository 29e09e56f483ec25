"""What the gates do when something below them changes."""

from django.db import transaction

from accounts.models import User
from connections.models import Connection
from deployments.enums import BEFORE_START
from deployments.facts import Facts
from deployments.models import Deployment
from gates import standing
from gates.models import Gate


@transaction.atomic
def stale_by_connection(connection: Connection, actor_id: int) -> None:
    """Gates measured over a connection were asked at its old address."""
    actor = User.objects.get(pk=actor_id)
    asked = Gate.objects.filter(
        settings__connection=connection.key, deployment__state__in=sorted(BEFORE_START)
    )
    for pk in sorted(set(asked.values_list("deployment_id", flat=True))):
        deployment = Deployment.objects.lock(pk)
        if deployment.state in BEFORE_START:
            reason = f"the address of the connection “{connection}” changed"
            for gate in deployment.gates.filter(settings__connection=connection.key):
                standing.mark_stale(deployment, gate, reason=reason, actor=actor)


def stale_by_commit(deployment: Deployment, before: Facts, after: Facts, actor: User) -> None:
    """What was measured was another commit; the caller holds the deployment's lock."""
    if before.commit != after.commit:
        for gate in deployment.gates.order_by("position"):
            standing.mark_stale(deployment, gate, reason="the commit changed", actor=actor)
