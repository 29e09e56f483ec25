"""What may a person do on a service?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    F,
    Q,
    QuerySet,
    Value,
)

from accounts.enums import Kind
from accounts.fresh import Authentication
from accounts.models import User
from deployments.clock import PortalNow
from deployments.enums import BEFORE_START, EDITABLE, TRANSITIONS, Right, State
from deployments.exceptions import Forbidden, Invalid, NeedsFreshAuthentication, Refused
from deployments.holdings import holdings
from deployments.models import (
    LONGEST_COMMENT,
    Deployment,
    Membership,
    Service,
)

FARTHEST = timedelta(days=5 * 366)
LONGEST_WINDOW = timedelta(days=31)
READS = frozenset({Right.SEE.value, Right.EXPORT.value})


@dataclass(frozen=True)
class Absent:
    """Somebody who is away now, and until when their roles are also those of a stand-in."""

    person: User
    until: datetime


@dataclass(frozen=True)
class Rights:
    """Everything one person may do on one service, read once per request.

    `roles` are the person's own; `stands_for` names for each other role those for whom they may
    speak under it now.
    """

    user: User
    rights: frozenset[str]
    roles: frozenset[str]
    stands_for: Mapping[str, tuple[Absent, ...]] = field(default_factory=dict)

    def has(self, right: Right) -> bool:
        return right.value in self.rights

    @property
    def may_be_asked(self) -> bool:
        """Whether anything on the service can wait for them, who may do more than read."""
        return bool(self.roles or self.stands_for or self.rights - READS)

    def voices_as(self, roles: Collection[str]) -> list[User | None]:
        """For whom they may speak under one of the roles: themselves (None), then those away."""
        own: list[User | None] = [None] if self.roles.intersection(roles) else []
        return own + [one.person for one in self.absent_as(roles)]

    def absent_as(self, roles: Collection[str]) -> list[Absent]:
        """Those away whose roles these are, by name, each once."""
        away = {one for role in roles for one in self.stands_for.get(role, ())}
        return sorted(away, key=lambda one: str(one.person))

    def speaks_as(self, role: str) -> bool:
        """By holding the role, or for somebody who holds it and is away."""
        return role in self.roles or role in self.stands_for


def rights_of(user: User, service: Service) -> Rights:
    return rights_on(user, [service.pk])[service.pk]


def rights_on(user: User, service_ids: Collection[int]) -> dict[int, Rights]:
    """What the person may do on each service, in one query however many there are.

    Only somebody who stands in for another costs two more, for the roles and the names.
    """
    found: dict[int, list[Held]] = {pk: [] for pk in service_ids}
    if user.is_active:
        held: list[tuple[Any, ...]] = [*holdings(user, service_ids)]
        if any(what == "stand-in" for _, what, _ in held):
            held += _held_by_absent(user, service_ids)
        for pk, *one in held:
            found[pk].append(Held(*one))
    absent = {one.absent for held in found.values() for one in held if one.absent}
    people = User.objects.in_bulk(absent) if absent else {}
    return {pk: _rights(user, held, people) for pk, held in found.items()}


@dataclass(frozen=True)
class Held:
    """A right, a role, or the role of somebody absent until a time."""

    what: str
    key: str
    absent: int | None = None
    until: datetime | None = None


def _rights(user: User, held: Iterable[Held], people: Mapping[int, User]) -> Rights:
    rights = frozenset(one.key for one in held if one.what == "right")
    roles = frozenset(one.key for one in held if one.what == "role")
    stands_for: dict[str, tuple[Absent, ...]] = defaultdict(tuple)
    # Whoever no longer sees the service stands in for nobody there.
    if user.is_person and Right.SEE.value in rights:
        for one in held:
            if one.absent and one.until:
                stands_for[one.key] += (Absent(people[one.absent], one.until),)
    return Rights(user, rights, roles, dict(stands_for))


def _held_by_absent(user: User, service_ids: Collection[int]) -> Iterable[tuple[Any, ...]]:
    """The roles of those for whom the person stands in, with who they are and until when."""
    return roles_stood_in_for([user.pk], service_ids).values_list(
        "service_id",
        Value("absent"),
        "role__key",
        "group__user",
        "group__user__absences__ends_at",
    )


def roles_stood_in_for(
    user_ids: Collection[int], service_ids: Collection[int]
) -> QuerySet[Membership]:
    """Roles of those for whom the users stand in now: their own ones only, so nothing chains."""
    away = "group__user__absences__"
    return Membership.objects.filter(
        Q(
            **{
                f"{away}stand_in__in": user_ids,
                f"{away}service": F("service"),
                f"{away}revoked_at__isnull": True,
                f"{away}starts_at__lte": PortalNow(),
                f"{away}ends_at__gt": PortalNow(),
            }
        ),
        service__in=service_ids,
        group__user__is_active=True,
        group__user__kind=Kind.PERSON,
    )


def refusal_without(rights: Rights, right: Right, act: str) -> Refused | None:
    """The sentence for somebody who lacks a right; `act` completes "may …"."""
    if rights.has(right):
        return None
    return Forbidden(f"Only {WHO_HOLDS[right]} of this service may {act}.")


def refusal_to_operate(rights: Rights, deployment: Deployment, act: str) -> Refused | None:
    """Polling, deciding and running the day: an ops lead who did not ask for this deployment."""
    if rights.user.pk == deployment.requester_id:
        return Forbidden(f"You requested this deployment; another ops lead must {act} it.")
    if not rights.user.is_person:
        return Forbidden(f"A machine may never {act} a deployment.")
    return refusal_without(rights, Right.OPERATE, f"{act} a deployment")


def refusal_by_proof(proof: Authentication | None) -> Refused | None:
    """Whoever puts their name to something has proven just now who they are."""
    if proof is not None and proof.is_fresh():
        return None
    return NeedsFreshAuthentication(
        "Prove who you are first: your last sign-in is more than five minutes old."
    )


WHO_HOLDS: dict[Right, str] = {
    Right.SEE: "people",
    Right.TICK: "members, release managers and ops leads",
    Right.EXPORT: "auditors",
    Right.EDIT: "release managers",
    Right.OPERATE: "ops leads",
    Right.BREAK_GLASS: "holders of break-glass",
}


def refusal_to_move(deployment: Deployment, to: State, by: str = "") -> Refused | None:
    """The table's own refusal; `by` is the verb where several of them lead to one state."""
    verbs = TRANSITIONS[State(deployment.state)].get(to)
    if verbs and (not by or by in verbs):
        return None
    if verbs:
        return Refused(
            f"This deployment is {deployment.get_state_display().lower()}; it becomes "
            f"{State(to).label.lower()} by {' or '.join(verbs)}, not by {by}."
        )
    return Refused(
        f"This deployment is {deployment.get_state_display().lower()} and cannot become "
        f"{State(to).label.lower()} from there."
    )


def refusal_to_edit(rights: Rights, deployment: Deployment) -> Refused | None:
    if deployment.state not in EDITABLE:
        return Refused(
            f"The content is fixed while it is “{deployment.get_state_display()}”; "
            "reopen it to edit."
        )
    return refusal_without(rights, Right.EDIT, "edit this deployment")


def refusal_to_schedule(rights: Rights, deployment: Deployment) -> Refused | None:
    if deployment.state not in BEFORE_START:
        return Refused("The time of a deployment that has started can no longer be moved.")
    return refusal_without(rights, Right.EDIT, "reschedule")


def refusal_of_time(t0: datetime, now: datetime) -> Refused | None:
    if t0 <= now:
        said = f"{t0:%Y-%m-%d %H:%M %Z}"
        return Invalid(f"T0 {said} is in the past; choose one that is still to come.")
    if t0 > now + FARTHEST:
        return Invalid("T0 is more than five years away; choose a nearer time.")
    return None


def refusal_of_window(t0: datetime, end: datetime) -> Refused | None:
    if end <= t0:
        return Invalid("The window ends before it begins; choose an end after T0.")
    if end > t0 + LONGEST_WINDOW:
        return Invalid("The window is longer than 31 days; choose a nearer end.")
    return None


def refusal_to_cancel(rights: Rights, deployment: Deployment) -> Refused | None:
    return refusal_to_move(deployment, State.CANCELLED) or refusal_without(
        rights, Right.EDIT, "cancel this deployment"
    )


def refusal_to_comment(rights: Rights) -> Refused | None:
    """Whoever works or votes here may speak, in every state; those who only read may not."""
    if (
        rights.roles
        or rights.stands_for
        or any(map(rights.has, (Right.TICK, Right.EDIT, Right.OPERATE)))
    ):
        return None
    return Forbidden(
        "Only members, release managers, ops leads and holders of a sign-off role "
        "of this service may comment."
    )


def refusal_of_comment(text: str) -> Refused | None:
    if not text:
        return Invalid("The comment is empty; write what you want to say.")
    if "\0" in text:
        return Invalid("The comment contains a NUL character; remove it.")
    if len(text) > LONGEST_COMMENT:
        return Invalid(
            f"The comment has {len(text)} characters; {LONGEST_COMMENT} is the most. Shorten it."
        )
    return None
