"""What the pages of freezes show: the next windows, and the deployments that they stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from deployments.exceptions import Refused
from deployments.freezes import policies, wording
from deployments.freezes.exempting import stop_by
from deployments.freezes.forms import managed_by
from deployments.freezes.people import who_may
from deployments.freezes.recurrence import Window
from deployments.freezes.stops import Stop, could_stop, stopped_by
from deployments.models import Deployment, Freeze

NEXT = 10
MOST = 500
MOST_NAMED = 20
MOST_ENDED = 50


@dataclass(frozen=True)
class Beside:
    """Another freeze that holds there as well, and the first time at which both do."""

    freeze: Freeze
    when: str


@dataclass(frozen=True)
class Outcome:
    """What a freeze means, before it is saved and afterwards."""

    windows: list[wording.Shown] = field(default_factory=list)
    stopped: list[Deployment] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
    refusal: Refused | None = None
    is_endless: bool = False

    @property
    def named(self) -> list[Deployment]:
        return self.stopped[:MOST_NAMED]

    @property
    def more(self) -> int:
        return len(self.stopped) - len(self.named)

    @property
    def beside_named(self) -> list[Beside]:
        return self.beside[:MOST_NAMED]

    @property
    def beside_more(self) -> int:
        return len(self.beside) - len(self.beside_named)


@dataclass(frozen=True)
class Row:
    """One freeze in the list; `now` is the window that holds, `next` the one that comes."""

    freeze: Freeze
    repeated: str
    now: str = ""
    next: str = ""


def outcome(freeze: Freeze, user: User, now: datetime) -> Outcome:
    """The freeze need not be saved; deployments that the person does not see are not counted."""
    refusal = policies.refusal_of_series(freeze.series, now)
    if refusal is not None:
        return Outcome(refusal=refusal)
    windows = freeze.series.following(now, NEXT)
    candidates = could_stop(freeze).visible_to(user)[:MOST]
    stopped = stopped_by(freeze, candidates)
    shown = wording.listed(windows, freeze.zone)
    others = beside(freeze, windows, user)
    return Outcome(shown, stopped, others, is_endless=freeze.series.is_endless)


def beside(freeze: Freeze, windows: list[Window], user: User) -> list[Beside]:
    """Those that the person sees and that meet one of these windows; one of two may be too much."""
    others = Freeze.objects.visible_to(user).standing().with_names().exclude(pk=freeze.pk)
    return [
        Beside(other, wording.span(both, other.zone))
        for other in others.filter(starts_at__lt=windows[-1].ends_at)[:MOST]
        if freeze.shares_a_place_with(other) and (both := _first_of(other, windows))
    ]


def _first_of(other: Freeze, windows: list[Window]) -> Window | None:
    for window in windows:
        if both := other.series.overlapping(window.starts_at, window.ends_at):
            return both[0]
    return None


def list_page(user: User, now: datetime) -> dict[str, Any]:
    visible = Freeze.objects.visible_to(user).with_names()
    rows = [_row(one, now) for one in visible.standing()[:MOST]]
    return {
        "holding": [row for row in rows if row.now],
        "coming": [row for row in rows if not row.now and row.next],
        "over": [row for row in rows if not row.now and not row.next],
        "ended": list(visible.exclude(ended_at=None).order_by("-ended_at")[:MOST_ENDED]),
        "may_make": user.is_superuser or managed_by(user).exists(),
    }


def freeze_page(freeze: Freeze, user: User, now: datetime) -> dict[str, Any]:
    exemptions = freeze.exemptions.filter(deployment__in=Deployment.objects.visible_to(user))
    named = ("deployment__environment", "made_by", "ended_by")
    return {
        "freeze": freeze,
        "repeated": wording.repeated(freeze),
        "outcome": outcome(freeze, user, now) if freeze.ended_at is None else Outcome(),
        "exemptions": list(exemptions.select_related(*named).order_by("-pk")[:MOST_NAMED]),
        "refusal": policies.refusal_to_change(user, freeze),
    }


def exemption_page(deployment: Deployment, freeze: Freeze, user: User) -> dict[str, Any]:
    """What stands in the way of this deployment, and who may let it through."""
    stop = stop_by(freeze, deployment)
    people = who_may([freeze]).get(freeze.service_id, [])
    earlier = deployment.exemptions.filter(freeze=freeze).select_related("made_by", "ended_by")
    exemption = stop.exemption if stop else None
    return {
        "deployment": deployment,
        "freeze": freeze,
        "repeated": wording.repeated(freeze),
        "stop": stop,
        "spans": _spans(stop),
        "able": [one for one in people if one.pk != deployment.requester_id],
        "earlier": [one for one in earlier if one != exemption],
        "refusal": policies.refusal_to_exempt(user, freeze, deployment)
        or (None if exemption else policies.refusal_of_stop(stop, freeze)),
        "refusal_to_take_back": exemption
        and policies.refusal_to_take_back(user, exemption, deployment),
    }


def _spans(stop: Stop | None) -> list[wording.Shown]:
    return wording.listed(list(stop.windows), stop.freeze.zone) if stop else []


def _row(freeze: Freeze, now: datetime) -> Row:
    coming = freeze.series.following(now, 1)
    words = wording.span(coming[0], freeze.zone) if coming else ""
    holds = bool(coming) and coming[0].holds(now)
    repeated = wording.repeated(freeze)
    return Row(freeze, repeated, words, "") if holds else Row(freeze, repeated, "", words)
