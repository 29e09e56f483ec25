"""What the plan itself says about readiness: its time, its place, and what it will ship."""

from collections.abc import Iterable, Sequence

from deployments.blockers import Blocker, Findings
from deployments.enums import HOLDS_ENVIRONMENT
from deployments.models import Deployment


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    others = list(_others(deployments))
    return {deployment.pk: _findings(deployment, others) for deployment in deployments}


def _others(deployments: Sequence[Deployment]) -> Iterable[Deployment]:
    """Everything still open on the same services, which is where a conflict can come from."""
    services = {deployment.service_id for deployment in deployments}
    return (
        Deployment.objects.open()
        .filter(service__in=services)
        .only("pk", "service_id", "environment_id", "state", "t0", "window_end")
    )


def _findings(deployment: Deployment, others: Iterable[Deployment]) -> Findings:
    blockers, warnings = [], []
    if deployment.t0 is None:
        blockers.append(Blocker("schedule:t0", "no time T0 is set", "overview"))
    if not deployment.commit:
        warnings.append(Blocker("facts:commit", "no commit is named", "overview"))
    for other in others:
        if _conflict(deployment, other):
            clause = f"deployment #{other.pk} is planned for the same place and time"
            warnings.append(Blocker(f"conflict:{other.pk}", clause, "overview"))
    return Findings(blockers=blockers, warnings=warnings)


def _conflict(one: Deployment, other: Deployment) -> bool:
    if one.pk == other.pk or one.service_id != other.service_id:
        return False
    if one.environment_id != other.environment_id:
        return False
    if other.state in HOLDS_ENVIRONMENT:
        return True
    if not (one.t0 and one.window_end and other.t0 and other.window_end):
        return False
    return one.t0 < other.window_end and other.t0 < one.window_end
