"""What stands in the way: each app names its own obstacles, readiness composes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from deployments.addresses import address

if TYPE_CHECKING:
    from deployments.models import Deployment


@dataclass(frozen=True)
class Waits:
    """Who can end an obstacle, until when, and what happens then; `verb` is what they may do."""

    verb: str
    people: Sequence[str]
    until: datetime | None
    then: str


@dataclass(frozen=True)
class Page:
    """Where something is mended: the name of a URL with what stands in it, and a place on it.

    The page of a service names none: it is that of the deployment's own. An address is made where
    it is shown, since lists ask for many obstacles and show few.
    """

    name: str
    args: tuple[int | str, ...] = ()
    anchor: str = ""
    is_of_service: bool = False

    def address(self, deployment: Deployment) -> str:
        args = (deployment.service.key,) if self.is_of_service else self.args
        return address(self.name, *args) + (f"#{self.anchor}" if self.anchor else "")


@dataclass(frozen=True)
class Blocker:
    """One obstacle before GO.

    `key` identifies it across time, so that a new one can be told from one already known.
    `clause` reads inside the readiness sentence, `mend` is the tab of the deployment's page where
    it stands and `page` one of its own that mends it, where there is one; `link` is the address of
    either, once it is `placed` (approvals).
    One that `settles` is being looked at again by itself and breaks a GO only if that ends badly.
    `waits` names people, or says in words who can end it, for pages only: the sentence names roles.
    """

    key: str
    clause: str
    mend: str
    since: datetime | None = None
    waits_for_people: bool = False
    settles: bool = False
    waits: Waits | None = None
    page: Page | None = None
    link: str = ""

    def naming(self, waits: Waits) -> Blocker:
        return replace(self, waits=waits)


@dataclass(frozen=True)
class Findings:
    """One app's side of readiness: obstacles, warnings, and how much of its part is done.

    `summary` says many obstacles in one clause, such as "4 items are not ticked".
    """

    blockers: list[Blocker] = field(default_factory=list)
    warnings: list[Blocker] = field(default_factory=list)
    done: int = 0
    total: int = 0
    summary: str = ""


# Many deployments at once, so that a list page asks as few questions as a single one.
Finder = Callable[[Sequence["Deployment"]], Mapping[int, Findings]]
_finders: dict[str, Finder] = {}


def register(part: str, find: Finder) -> None:
    """Have `find` report one part's obstacles by deployment id; parts are `plan`, `checklist`, …"""
    _finders[part] = find


def find_all(deployments: Sequence[Deployment]) -> dict[int, dict[str, Findings]]:
    """Every part's findings for each deployment, in the order of registration."""
    found: dict[int, dict[str, Findings]] = {deployment.pk: {} for deployment in deployments}
    for part, find in _finders.items():
        answers = find(deployments)
        for pk, by_part in found.items():
            by_part[part] = answers.get(pk, Findings())
    return found
