"""What happens in a time, over all services that a person sees: deployments, watches, freezes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from deployments.enums import BEFORE_START, FINAL, Right, State
from deployments.freezes.recurrence import Window
from deployments.freezes.stops import Stop, stops_of
from deployments.models import Deployment, Freeze
from deployments.policies import rights_on
from deployments.zones import zone_of
from monitoring.models import Watch

MOST = 500
# A year of five freezes that hold every night.
MOST_WINDOWS = 2000
LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Entry:
    """One bar of the calendar; `mark` and `word` are its state as pages draw it.

    `conflicts` say in words what else wants the same place and time. Only what may be moved by this
    person has `local`: its T0 on the clock of its planner.
    """

    kind: str
    key: str
    title: str
    where: str
    begins: datetime
    ends: datetime
    url: str
    mark: str
    word: str
    conflicts: tuple[str, ...] = ()
    deployment: Deployment | None = None
    local: str = ""


@dataclass(frozen=True)
class Found:
    entries: list[Entry]
    is_cut: bool = False


def entries_of(user: User, begin: datetime, end: datetime) -> Found:
    """In the order in which they begin, in as many queries whatever there is."""
    planned = deployments_between(user, begin, end)
    watches = watches_between(user, begin, end)
    freezes = freezes_between(user, begin, end)
    is_cut = max(len(planned), len(watches)) > MOST or len(freezes) > MOST_WINDOWS
    planned, watches, freezes = planned[:MOST], watches[:MOST], freezes[:MOST_WINDOWS]
    rights = rights_on(user, {one.service_id for one in planned})
    stops = stops_of([one for one in planned if one.state in BEFORE_START])
    movable = {
        one.pk
        for one in planned
        if one.state in BEFORE_START and rights[one.service_id].has(Right.EDIT)
    }
    beside = conflicts_among([*planned, *_beyond(user, planned, begin, end)])
    found = [
        *(_deployment(one, _conflicts(one, beside, stops), one.pk in movable) for one in planned),
        *(_watch(one) for one in watches),
        *(_freeze(one, window) for one, window in freezes),
    ]
    found.sort(key=lambda one: (one.begins, one.kind, one.title))
    return Found(found, is_cut=is_cut)


def deployments_between(user: User, begin: datetime, end: datetime) -> list[Deployment]:
    """One more than is shown, as with watches and freezes, if there is more."""
    visible = Deployment.objects.visible_to(user).exclude(state=State.CANCELLED)
    there = visible.filter(t0__lt=end, window_end__gt=begin)
    return list(there.select_related("service", "environment").order_by("t0", "pk")[: MOST + 1])


def _beyond(
    user: User, planned: Sequence[Deployment], begin: datetime, end: datetime
) -> list[Deployment]:
    """What is not in this time itself, and meets what reaches out of it."""
    first = min((one.t0 for one in planned if one.t0), default=begin)
    last = max((one.window_end for one in planned if one.window_end), default=end)
    found = deployments_between(user, min(first, begin), max(last, end))
    known = {one.pk for one in planned}
    return [one for one in found if one.pk not in known]


def watches_between(user: User, begin: datetime, end: datetime) -> list[Watch]:
    visible = Watch.objects.filter(deployment__in=Deployment.objects.visible_to(user))
    there = visible.filter(opened_at__lt=end, ends_at__gt=begin)
    named = ("deployment__service", "deployment__environment")
    return list(there.select_related(*named).order_by("opened_at", "pk")[: MOST + 1])


def freezes_between(user: User, begin: datetime, end: datetime) -> list[tuple[Freeze, Window]]:
    """Every window by itself; those of freezes that were ended are not shown."""
    standing = Freeze.objects.visible_to(user).standing().with_names()
    there = standing.filter(~Q(rule="") | Q(ends_at__gt=begin), starts_at__lt=end)
    every = ((one, window) for one in there for window in one.series.overlapping(begin, end))
    return list(islice(every, MOST_WINDOWS + 1))


def conflicts_among(planned: Sequence[Deployment]) -> Mapping[int, list[Deployment]]:
    """Open ones that want the same service in the same environment at the same time."""
    by_place: dict[tuple[int, int], list[Deployment]] = defaultdict(list)
    for one in planned:
        if one.state not in FINAL and one.state != State.WATCHING:
            by_place[one.service_id, one.environment_id].append(one)
    found: dict[int, list[Deployment]] = defaultdict(list)
    for there in by_place.values():
        for one in there:
            found[one.pk] = [other for other in there if other != one and _meet(one, other)]
    return found


def _meet(one: Deployment, other: Deployment) -> bool:
    if not (one.t0 and one.window_end and other.t0 and other.window_end):
        return False
    return one.t0 < other.window_end and other.t0 < one.window_end


def _conflicts(
    one: Deployment, beside: Mapping[int, list[Deployment]], stops: Mapping[int, list[Stop]]
) -> tuple[str, ...]:
    others = [f"Same place and time as #{other.pk} {other.package}" for other in beside[one.pk]]
    frozen = [
        f"Stopped by a freeze of {stop.freeze.scope}"
        for stop in stops.get(one.pk, [])
        if stop.exemption is None
    ]
    return (*frozen, *others)


def _deployment(one: Deployment, conflicts: tuple[str, ...], is_movable: bool) -> Entry:
    assert one.t0 and one.window_end
    return Entry(
        kind="deployment",
        key=f"deployment-{one.pk}",
        title=one.package,
        where=f"{one.service} → {one.environment}",
        begins=one.t0,
        ends=one.window_end,
        url=one.get_absolute_url(),
        mark=one.state,
        word=one.get_state_display(),
        conflicts=conflicts,
        deployment=one,
        local=one.t0.astimezone(zone_of(one.zone)).strftime(LOCAL) if is_movable else "",
    )


def _watch(watch: Watch) -> Entry:
    assert watch.opened_at and watch.ends_at
    one = watch.deployment
    return Entry(
        kind="watch",
        key=f"watch-{one.pk}",
        title=f"Watch of {one.package}",
        where=f"{one.service} → {one.environment}",
        begins=watch.opened_at,
        ends=watch.ended_at or watch.ends_at,
        url=reverse("dashboard:tab", args=[one.pk, "watch"]),
        mark="closed" if watch.ended_at else "watching",
        word="Ended" if watch.ended_at else "Watch",
    )


def _freeze(freeze: Freeze, window: Window) -> Entry:
    return Entry(
        kind="freeze",
        key=f"freeze-{freeze.pk}",
        title=freeze.reason,
        where=f"Freeze of {freeze.scope}",
        begins=window.starts_at,
        ends=window.ends_at,
        url=reverse("deployments:freeze", args=[freeze.pk]),
        mark="on_hold",
        word="Freeze",
    )
