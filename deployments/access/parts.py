"""What somebody can be given on a service: a grant, or a sign-off role, by one notation."""

from __future__ import annotations

from accounts.models import Role
from deployments.enums import RIGHTS_OF, Grant, Right
from deployments.models import Service

Part = Grant | Role
ROLE = "role:"


def key_of(part: Part) -> str:
    """As the `grant` command, the forms and the addresses write it: `ops_lead`, `role:security`."""
    return f"{ROLE}{part.key}" if isinstance(part, Role) else part.value


def title_of(part: Part) -> str:
    return part.title if isinstance(part, Role) else str(part.label)


def part_called(key: str) -> Part | None:
    if key.startswith(ROLE):
        return Role.objects.filter(key=key.removeprefix(ROLE)).first()
    return Grant(key) if key in Grant.values else None


def parts_offered() -> list[Part]:
    """In the order of every table and form: the grants, then the roles."""
    return [*Grant, *Role.objects.all()]


def rights_of_part(part: Part) -> frozenset[Right]:
    """Seeing the service comes with a role; voting under it is read from the role itself."""
    return frozenset({Right.SEE}) if isinstance(part, Role) else RIGHTS_OF[part]


def own_group_name(service: Service, part: Part) -> str:
    """The group of the single persons who have the part; no team may be called like it."""
    if isinstance(part, Role):
        return service.role_group_name(part)
    return service.grant_group_name(part)
