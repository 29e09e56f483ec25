"""What will be told to people, asked of whoever tells it, without being named by this app."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deployments.models import Deployment


@dataclass(frozen=True)
class Announcement:
    """One message before T0: `moment` says when in words, `at` is the instant once T0 is known.

    `note` says what becomes of it where that is not simply its time.
    """

    title: str
    moment: str
    at: datetime | None
    note: str = ""


Finder = Callable[["Deployment", datetime], Iterable[Announcement]]
_finders: list[Finder] = []


def register(find: Finder) -> None:
    """Have `find` say which messages leave before T0 once the deployment is in review."""
    _finders.append(find)


def before_t0(deployment: Deployment, now: datetime) -> list[Announcement]:
    """In the order in which they leave; what has left already is none of them."""
    return [one for find in _finders for one in find(deployment, now)]
