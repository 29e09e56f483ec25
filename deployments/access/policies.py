"""Who may say who may do what, and what can be given to whom."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser, Group

from accounts.models import User
from deployments.access.holders import OWN_GROUPS
from deployments.access.losses import Loss
from deployments.exceptions import Forbidden, Invalid, Refused


def refusal_to_administer(user: User | AnonymousUser | None, act: str) -> Refused | None:
    """`act` completes "may …"; nobody at all is the portal's own command line."""
    if user is None or (user.is_active and user.is_superuser):
        return None
    return Forbidden(f"Only administrators of this portal may {act}.")


def refusal_to_give(to: User | Group) -> Refused | None:
    if isinstance(to, Group):
        return None
    return refusal_of_machine(to) or refusal_of_leaver(to)


def refusal_of_machine(person: User) -> Refused | None:
    if person.is_person:
        return None
    return Invalid(f"{person} is a machine, which may report and read only; choose a person.")


def refusal_of_leaver(person: User) -> Refused | None:
    if person.is_active:
        return None
    return Invalid(f"{person} is deactivated; reactivate the account first, or choose another.")


def refusal_by_losses(found: Sequence[Loss], *, aware: bool) -> Refused | None:
    """What leaves a service without somebody it needs is done only knowingly."""
    if aware or not found:
        return None
    said = " ".join(loss.sentence for loss in found)
    return Refused(f"{said} Tick that you know it, or find somebody else first.")


def refusal_of_team_name(name: str) -> Refused | None:
    if not name:
        return Invalid("Name the team; its people know it by that.")
    if name.lower().startswith(OWN_GROUPS):
        return Invalid(f"“{OWN_GROUPS}” begins the names of the portal's own groups; take another.")
    return None


def refusal_to_deactivate(person: User, actor: User | None) -> Refused | None:
    if actor is not None and person.pk == actor.pk:
        return Refused("You cannot deactivate yourself; another administrator can.")
    return None
