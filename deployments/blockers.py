"""What stands in the way: each app names its own obstacles, readiness composes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deployments.models import Deployment


@dataclass(frozen=True)
class Blocker:
    """One obstacle before GO.

    `key` identifies it across time, so that a new one can be told from one already known.
    `clause` reads inside the readiness sentence, `mend` is the anchor on the deployment page.
    """

    key: str
    clause: str
    mend: str
    since: datetime | None = None
    waits_for_people: bool = False


@dataclass(frozen=True)
class Findings:
    """One app's side of readiness: obstacles, warnings, and how much of its part is done."""

    blockers: list[Blocker] = field(default_factory=list)
    warnings: list[Blocker] = field(default_factory=list)
    done: int = 0
    total: int = 0


Finder = Callable[["Deployment"], Findings]
_finders: dict[str, Finder] = {}


def register(part: str, find: Finder) -> None:
    """Have `find` report one part's obstacles; parts are `checklist`, `gates`, `sign-off`, …"""
    _finders[part] = find


def find_all(deployment: Deployment) -> Iterable[tuple[str, Findings]]:
    return [(part, find(deployment)) for part, find in _finders.items()]
