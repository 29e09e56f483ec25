"""What freezes say about readiness: those that meet the window, and those it is exempted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.models import User
from deployments.blockers import Blocker, Findings, Page, Waits
from deployments.freezes.people import who_may
from deployments.freezes.policies import key_of
from deployments.freezes.stops import Stop, stops_of
from deployments.freezes.wording import clause_of
from deployments.models import Deployment

Lifters = Mapping[int | None, list[User]]


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    stops = stops_of(deployments)
    standing = [one for found in stops.values() for one in found if one.exemption is None]
    lifters = who_may([one.freeze for one in standing]) if standing else {}
    return {one.pk: _findings(one, stops[one.pk], lifters) for one in deployments}


def _findings(deployment: Deployment, stops: Sequence[Stop], lifters: Lifters) -> Findings:
    blockers = [_blocker(deployment, one, lifters) for one in stops if one.exemption is None]
    warnings = [_warning(deployment, one) for one in stops if one.exemption is not None]
    summary = f"{len(blockers)} freezes stand in the way"
    return Findings(blockers=blockers, warnings=warnings, summary=summary)


def _blocker(deployment: Deployment, stop: Stop, lifters: Lifters) -> Blocker:
    people = lifters.get(stop.freeze.service_id, [])
    able = [str(one) for one in people if one.pk != deployment.requester_id]
    return Blocker(
        key_of(stop.freeze),
        clause_of(stop),
        "overview",
        since=stop.freeze.made_at,
        waits=Waits("May exempt it", able, None, "A time outside of it needs no exemption."),
        page=_page(deployment, stop),
    )


def _warning(deployment: Deployment, stop: Stop) -> Blocker:
    assert stop.exemption is not None
    clause = f"{clause_of(stop)}; {stop.exemption.made_by} exempted this deployment"
    key = f"exempted:{stop.freeze.pk}"
    return Blocker(key, clause, "overview", page=_page(deployment, stop))


def _page(deployment: Deployment, stop: Stop) -> Page:
    return Page("deployments:exemption", (deployment.pk, stop.freeze.pk))
