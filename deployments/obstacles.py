"""What the deployment's own facts say about readiness: its time, and what it will ship."""

from deployments.blockers import Blocker, Findings
from deployments.enums import HOLDS_ENVIRONMENT
from deployments.models import Deployment


def find(deployment: Deployment) -> Findings:
    blockers, warnings = [], []
    if deployment.t0 is None:
        blockers.append(Blocker("schedule:t0", "no time T0 is set", "overview"))
    if not deployment.commit:
        warnings.append(Blocker("facts:commit", "no commit is named", "overview"))
    warnings.extend(_conflicts(deployment))
    return Findings(blockers=blockers, warnings=warnings)


def _conflicts(deployment: Deployment) -> list[Blocker]:
    """Plans that overlap this window at the same place, and whoever holds the environment now."""
    others = Deployment.objects.open().filter(
        service=deployment.service_id, environment=deployment.environment_id
    )
    return [
        Blocker(
            f"conflict:{other.pk}",
            f"deployment #{other.pk} is planned for the same place and time",
            "overview",
        )
        for other in others.exclude(pk=deployment.pk).only("pk", "state", "t0", "window_end")
        if _overlap(deployment, other)
    ]


def _overlap(one: Deployment, other: Deployment) -> bool:
    if other.state in HOLDS_ENVIRONMENT:
        return True
    if not (one.t0 and one.window_end and other.t0 and other.window_end):
        return False
    return one.t0 < other.window_end and other.t0 < one.window_end
