"""What the plan itself says about readiness: its time, its place, and what it will ship."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from deployments.blockers import Blocker, Findings, Page, Waits
from deployments.enums import FINAL, HOLDS_ENVIRONMENT, State
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.places import left_as_it_is

SHOWN = 200
NO_T0 = "no time T0 is set"


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    others = list(_others(deployments))
    stopped = [one for one in others if one.state == State.STOPPED]
    return {one.pk: _findings(one, others, stopped) for one in deployments}


def _others(deployments: Sequence[Deployment]) -> Iterable[Deployment]:
    """Everything open on the same services, where a conflict can come from, and stopped ones."""
    services = {deployment.service_id for deployment in deployments}
    there = Q(~Q(state__in=FINAL) | left_as_it_is(), service__in=services)
    return Deployment.objects.filter(there).only(
        "pk", "service_id", "environment_id", "state", "t0", "window_end", "stopped_note"
    )


def _findings(
    deployment: Deployment, others: Iterable[Deployment], stopped: Iterable[Deployment]
) -> Findings:
    blockers, warnings = [], []
    if deployment.t0 is None:
        waits = Waits("Set by", ["a release manager of this service"], None, "")
        created, page = deployment.created_at, Page("deployments:schedule", (deployment.pk,))
        blockers.append(Blocker("schedule:t0", NO_T0, "overview", created, waits=waits, page=page))
    if not deployment.commit:
        page = Page("approvals:facts", (deployment.pk,))
        warnings.append(Blocker("facts:commit", "no commit is named", "overview", page=page))
    warnings += _conflicts(deployment, others)
    warnings += [_left_behind(one) for one in stopped if _same_place(deployment, one)]
    return Findings(blockers=blockers, warnings=warnings)


def conflicts_of(deployment: Deployment) -> list[Blocker]:
    """The other plans that meet it at its place and time."""
    return _conflicts(deployment, _others([deployment]))


def _conflicts(deployment: Deployment, others: Iterable[Deployment]) -> list[Blocker]:
    return [
        Blocker(
            f"conflict:{other.pk}",
            f"deployment #{other.pk} is planned for the same place and time",
            "overview",
            page=_of(other),
        )
        for other in others
        if _conflict(deployment, other)
    ]


def _conflict(one: Deployment, other: Deployment) -> bool:
    if other.state == State.STOPPED or not _same_place(one, other):
        return False
    if other.state in HOLDS_ENVIRONMENT:
        return True
    if not (one.t0 and one.window_end and other.t0 and other.window_end):
        return False
    return one.t0 < other.window_end and other.t0 < one.window_end


def _same_place(one: Deployment, other: Deployment) -> bool:
    place = (one.service_id, one.environment_id)
    return one.pk != other.pk and place == (other.service_id, other.environment_id)


def _left_behind(stopped: Deployment) -> Blocker:
    said = cut(stopped.stopped_note, SHOWN).rstrip(".")
    clause = f"deployment #{stopped.pk} was stopped there and left it so: {said}"
    return Blocker(f"left:{stopped.pk}", clause, "overview", page=_of(stopped))


def _of(other: Deployment) -> Page:
    return Page("dashboard:deployment", (other.pk,))
