"""What of open deployments hangs on people: each app names its own, since this one knows no rules.

`register_stakes`: what one person is still expected to do. `register_asked`: which roles somebody
still has to sign under.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from accounts.models import User
from deployments.models import Deployment


@dataclass(frozen=True)
class Stake:
    """What the person is to one open deployment; `clause` completes "they …"."""

    deployment: Deployment
    clause: str


# (service id, key of the role) → the open deployments that ask for it.
Asked = Mapping[tuple[int, str], list[Deployment]]
FindStakes = Callable[[User], list[Stake]]
FindAsked = Callable[[Collection[int]], Asked]
_stakes: dict[str, FindStakes] = {}
_asked: dict[str, FindAsked] = {}


def register_stakes(name: str, find: FindStakes) -> None:
    _stakes[name] = find


def register_asked(name: str, find: FindAsked) -> None:
    _asked[name] = find


def stakes_of(person: User) -> list[Stake]:
    return [stake for find in _stakes.values() for stake in find(person)]


def roles_asked(service_ids: Collection[int]) -> dict[tuple[int, str], list[Deployment]]:
    found: dict[tuple[int, str], list[Deployment]] = {}
    for find in _asked.values():
        for place, deployments in find(service_ids).items():
            known = found.setdefault(place, [])
            known.extend(one for one in deployments if one not in known)
    return found


def led_by(person: User) -> list[Stake]:
    led = Deployment.objects.open().filter(lead=person).select_related("service", "environment")
    return [Stake(one, "are the release lead") for one in led]
