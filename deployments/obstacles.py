"""What the plan itself says about readiness: its time, its place, and what it will ship."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from deployments.blockers import Blocker, Findings, Page, Waits
from deployments.enums import HOLDS_ENVIRONMENT, OPEN, State
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.places import left_as_it_is
from statements import AnyOf, built_once

SHOWN = 200
NO_T0 = "no time T0 is set"
Place = tuple[int, int]


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    there = _by_place(deployments)
    return {one.pk: _findings(one, _beside(one, there)) for one in deployments}


def _by_place(deployments: Sequence[Deployment]) -> Mapping[Place, list[Deployment]]:
    """What is open on the same services, where a conflict can come from, and what was stopped."""
    found: dict[Place, list[Deployment]] = defaultdict(list)
    for one in _there(list({deployment.service_id for deployment in deployments})):
        found[_place(one)].append(one)
    return found


@built_once
def _there(services: list[int]) -> QuerySet[Deployment, Any]:
    met = Q(state__in=sorted(OPEN)) | left_as_it_is()
    return Deployment.objects.filter(met, AnyOf("service", services)).only(
        "pk", "service_id", "environment_id", "state", "t0", "window_end", "stopped_note"
    )


def _place(deployment: Deployment) -> Place:
    return deployment.service_id, deployment.environment_id


def _beside(deployment: Deployment, there: Mapping[Place, list[Deployment]]) -> list[Deployment]:
    return [one for one in there.get(_place(deployment), ()) if one.pk != deployment.pk]


def _findings(deployment: Deployment, others: Iterable[Deployment]) -> Findings:
    blockers, warnings = [], []
    if deployment.t0 is None:
        waits = Waits("Set by", ["a release manager of this service"], None, "")
        created, page = deployment.created_at, Page("deployments:schedule", (deployment.pk,))
        blockers.append(Blocker("schedule:t0", NO_T0, "overview", created, waits=waits, page=page))
    if not deployment.commit:
        page = Page("approvals:facts", (deployment.pk,))
        warnings.append(Blocker("facts:commit", "no commit is named", "overview", page=page))
    warnings += _conflicts(deployment, others)
    warnings += [_left_behind(one) for one in others if one.state == State.STOPPED]
    return Findings(blockers=blockers, warnings=warnings)


def conflicts_of(deployment: Deployment) -> list[Blocker]:
    """The other plans that meet it at its place and time."""
    return _conflicts(deployment, _beside(deployment, _by_place([deployment])))


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
    if other.state == State.STOPPED:
        return False
    if other.state in HOLDS_ENVIRONMENT:
        return True
    if not (one.t0 and one.window_end and other.t0 and other.window_end):
        return False
    return one.t0 < other.window_end and other.t0 < one.window_end


def _left_behind(stopped: Deployment) -> Blocker:
    said = cut(stopped.stopped_note, SHOWN).rstrip(".")
    clause = f"deployment #{stopped.pk} was stopped there and left it so: {said}"
    return Blocker(f"left:{stopped.pk}", clause, "overview", page=_of(stopped))


def _of(other: Deployment) -> Page:
    return Page("dashboard:deployment", (other.pk,))
