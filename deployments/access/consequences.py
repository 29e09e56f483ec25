"""What each person could no longer do, told before it is taken from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import Role, User
from deployments.access.holders import Hold, holds_on
from deployments.access.parts import Part, key_of, parts_offered, rights_of_part
from deployments.enums import Right
from deployments.models import Service


@dataclass(frozen=True)
class Consequence:
    """One person; `loses` in the words of the rights, nothing when they have it otherwise too."""

    person: User
    loses: list[str]
    sees_nothing: bool


def consequences(service: Service, leaves: Callable[[Hold], bool]) -> list[Consequence]:
    """For everybody of whom a hold leaves, by name."""
    holds = [one for one in holds_on([service.pk]) if one.user_id is not None]
    parts = {key_of(part): part for part in parts_offered()}
    people = User.objects.in_bulk({one.user_id for one in holds if leaves(one)})
    found = []
    for person in sorted(people.values(), key=lambda one: str(one).casefold()):
        had = [one for one in holds if one.user_id == person.pk]
        stays = [one for one in had if not leaves(one)]
        before, after = _means(had, parts), _means(stays, parts)
        loses = [word for word in before if word not in after]
        found.append(Consequence(person, loses, Right.SEE.label not in after))
    return found


def _means(holds: Iterable[Hold], parts: dict[str, Part]) -> list[str]:
    held = {one.part for one in holds}
    rights: set[Right] = set()
    for key in held:
        rights |= rights_of_part(parts[key])
    signs = [
        f"Sign as {part.title}"
        for key, part in parts.items()
        if key in held and isinstance(part, Role)
    ]
    return [*(str(right.label) for right in Right if right in rights), *signs]
