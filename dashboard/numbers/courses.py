"""The facts behind the numbers, read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.models import User
from approvals.models import Request
from dashboard.numbers.figures import Course
from dashboard.numbers.spent import Asked, spent
from deployments.enums import State
from deployments.models import Deployment, Event
from monitoring.enums import Result
from monitoring.models import Closing

MOST = 2000
Moves = Mapping[int, list[tuple[datetime, str]]]


def courses_of(user: User, since: datetime, *, service: str = "") -> list[Course]:
    """Every deployment that the person sees and that started since then, the newest first."""
    visible = Deployment.objects.visible_to(user).filter(started_at__gte=since, t0__isnull=False)
    if service:
        visible = visible.filter(service__key=service)
    found = list(visible.select_related("service").order_by("-started_at", "-pk")[:MOST])
    moves, asked = _moves(found), _asked(found)
    closed_as_failed = set(
        Closing.objects.filter(deployment__in=found, result=Result.FAILED).values_list(
            "deployment", flat=True
        )
    )
    completions = _completions(found)
    return [
        _course(one, moves[one.pk], asked[one.pk], one.pk in closed_as_failed, completions)
        for one in found
    ]


def _course(
    one: Deployment,
    moves: list[tuple[datetime, str]],
    asked: list[Asked],
    is_closed_as_failed: bool,
    completions: Mapping[tuple[int, int], list[datetime]],
) -> Course:
    assert one.started_at and one.t0 and one.window_end
    submitted = next((at for at, state in moves if state == State.IN_REVIEW), one.submitted_at)
    begin = min(submitted or one.started_at, one.started_at)
    failed_at = one.rollback_at or (one.ended_at if one.state == State.STOPPED else None)
    return Course(
        service=str(one.service),
        submitted_at=begin,
        started_at=one.started_at,
        t0=one.t0,
        window_end=one.window_end,
        completed_at=one.completed_at,
        is_failed=failed_at is not None or is_closed_as_failed,
        failed_at=failed_at,
        restored_at=_restored_at(one, failed_at, completions),
        spent=spent(moves, asked, begin, one.started_at),
    )


def _restored_at(
    one: Deployment,
    failed_at: datetime | None,
    completions: Mapping[tuple[int, int], list[datetime]],
) -> datetime | None:
    """Rolled back it is as it was; stopped, the next one that is completed there restores it."""
    if one.state == State.ROLLED_BACK:
        return one.ended_at
    if failed_at is None or one.state != State.STOPPED or one.ended_at is None:
        return None
    later = completions.get((one.service_id, one.environment_id), [])
    return next((at for at in later if at > one.ended_at), None)


def _moves(found: Sequence[Deployment]) -> Moves:
    """When each came into which state, from its history; what is in it has states of its own."""
    rows = (
        Event.objects.filter(
            deployment__in=found, object_kind="deployment", after__state__in=State.values
        )
        .order_by("deployment", "sequence")
        .values_list("deployment", "at", "after__state")
    )
    moves: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for pk, at, state in rows:
        moves[pk].append((at, state))
    return moves


def _asked(found: Sequence[Deployment]) -> Mapping[int, list[Asked]]:
    """Also under rules that are no longer in the plan, and to the role that it was then."""
    rows = Request.objects.filter(deployment__in=found).values_list(
        "deployment", "rule", "rule__role__title", "asked_at", "settled_at"
    )
    roles = _roles_asked(found)
    asked: dict[int, list[Asked]] = defaultdict(list)
    for pk, rule, role, begins, ends in rows:
        asked[pk].append(Asked(roles.get((str(rule), begins), role), begins, ends))
    return asked


def _roles_asked(found: Sequence[Deployment]) -> Mapping[tuple[str, datetime], str]:
    """By rule and instant, from history: a rule may have been given to another role since."""
    rows = Event.objects.filter(deployment__in=found, object_kind="rule", verb="signature asked")
    said = rows.values_list("object_id", "at", "after__role_title")
    return {(rule, at): title for rule, at, title in said if title}


def _completions(found: Sequence[Deployment]) -> Mapping[tuple[int, int], list[datetime]]:
    """When something was completed since, in order, at each place where one was stopped."""
    stopped = [one for one in found if one.state == State.STOPPED]
    since = min((one.ended_at for one in stopped if one.ended_at), default=None)
    if since is None:
        return {}
    rows = (
        Deployment.objects.filter(
            service__in={one.service_id for one in stopped}, completed_at__gt=since
        )
        .order_by("completed_at")
        .values_list("service", "environment", "completed_at")
    )
    places: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for service, environment, at in rows:
        if at is not None:
            places[service, environment].append(at)
    return places
