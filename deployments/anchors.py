"""The moments from which due times are counted: each app knows some, and registers them here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from deployments.enums import Anchor

if TYPE_CHECKING:
    from deployments.models import Deployment

Moments = dict[str, datetime]
# Many deployments at once, so that a list page asks as few questions as a single one.
Finder = Callable[[Sequence["Deployment"]], Mapping[int, datetime]]
_finders: dict[str, Finder] = {}
_foreseers: dict[str, Finder] = {}


def register(anchor: Anchor, find: Finder) -> None:
    """Have `find` tell the instant of one anchor by deployment id, for those that have it yet."""
    _finders[anchor] = find


def register_foresight(anchor: Anchor, find: Finder) -> None:
    """Have `find` tell when an instant that is not known yet is planned to be."""
    _foreseers[anchor] = find


def foreseen(deployments: Sequence[Deployment], anchor: Anchor) -> dict[int, datetime]:
    """The instant by deployment id, as planned where it has not come yet."""
    planned = _foreseers[anchor](deployments) if anchor in _foreseers else {}
    return {**planned, **_finders[anchor](deployments)}


def moments_of(
    deployments: Sequence[Deployment], wanted: Collection[str] = tuple(Anchor)
) -> dict[int, Moments]:
    """The known instants of each deployment; only the wanted anchors are looked for."""
    known: dict[int, Moments] = {deployment.pk: {} for deployment in deployments}
    for anchor, find in _finders.items():
        if anchor in wanted and deployments:
            for pk, instant in find(deployments).items():
                known[pk][anchor] = instant
    return known


def t0(deployments: Sequence[Deployment]) -> dict[int, datetime]:
    return {one.pk: one.t0 for one in deployments if one.t0}


def start(deployments: Sequence[Deployment]) -> dict[int, datetime]:
    return {one.pk: one.started_at for one in deployments if one.started_at}


def completion(deployments: Sequence[Deployment]) -> dict[int, datetime]:
    return {one.pk: one.completed_at for one in deployments if one.completed_at}
