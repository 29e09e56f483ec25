"""What the plan itself says about readiness: its time, its place, and what it will ship."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from deployments.blockers import Blocker, Findings, Page, Waits
from deployments.enums import HOLDS_ENVIRONMENT, OPEN, State
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.places import left_as_it_is
from statements import built_once

SHOWN = 200
NO_T0 = "no time T0 is set"
Place = tuple[int, int]
# Driven by the few that are asked about, since there may be thousands of others.
MEETING = """(
    SELECT other.id
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
        AS asked (id, service_id, environment_id, t0, window_end)
    JOIN deployments_deployment other USING (service_id, environment_id)
    WHERE other.id <> asked.id
        AND (other.state = ANY(%s) OR other.t0 < asked.window_end AND asked.t0 < other.window_end)
)"""
# Whatever its time: what is there now, and what may have been left as it is.
AT_ANY_TIME = sorted([*HOLDS_ENVIRONMENT, State.STOPPED])


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    there = _by_place(deployments)
    return {one.pk: _findings(one, _beside(one, there)) for one in deployments}


def _by_place(deployments: Sequence[Deployment]) -> Mapping[Place, list[Deployment]]:
    """What a conflict at one of these places and times can come from, and what was left there."""
    found: dict[Place, list[Deployment]] = defaultdict(list)
    for one in _there(
        [one.pk for one in deployments],
        [one.service_id for one in deployments],
        [one.environment_id for one in deployments],
        [one.t0 for one in deployments],
        [one.window_end for one in deployments],
    ):
        found[_place(one)].append(one)
    return found


@built_once
def _there(
    deployments: list[int],
    services: list[int],
    environments: list[int],
    begins: list[datetime | None],
    ends: list[datetime | None],
) -> QuerySet[Deployment, Any]:
    """A row of each deployment, which need not be saved as it is, by column."""
    asked = deployments, services, environments, begins, ends, AT_ANY_TIME
    met = Q(state__in=sorted(OPEN)) | left_as_it_is()
    meeting = RawSQL(MEETING, asked)  # noqa: S611 - a text of ours, what is asked is no part of it
    return Deployment.objects.filter(met, pk__in=meeting).only(
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
