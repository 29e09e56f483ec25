"""Who is asked to sign a deployment, and what that takes, read from the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from accounts.enums import Kind
from accounts.models import Role, User
from approvals.feasibility import Demand
from approvals.models import Rule
from approvals.policies.submitting import Outset
from approvals.policies.voting import barred
from approvals.rollcall import asked_roles, is_held
from approvals.signoff import standings
from checklists.deadlocks import never_ready
from deployments.clock import PortalNow
from deployments.enums import Right
from deployments.leads import holders
from deployments.models import Deployment, StandIn
from statements import AnyOf, built_once


@dataclass(frozen=True)
class Asked:
    """One rule with those who may sign under it, and those who hold its role and may not."""

    rule: Rule
    able: list[User]
    barred: list[User]

    @property
    def demand(self) -> Demand:
        able = frozenset(person.pk for person in self.able)
        held = len(self.able) + len(self.barred)
        return Demand(self.rule.role.title, self.rule.count, able, held)


def asked_of(deployment: Deployment) -> list[Asked]:
    """Every rule in order, in a handful of queries however many there are."""
    rules = list(deployment.rules.select_related("role").order_by("position"))
    held = held_by(deployment, {rule.role_id for rule in rules})
    out = barred(deployment)
    return [
        Asked(
            rule,
            able=[person for person in held[rule.role_id] if person.pk not in out],
            barred=[person for person in held[rule.role_id] if person.pk in out],
        )
        for rule in rules
    ]


def still_asked(rule: Rule) -> list[User]:
    """Who may sign under the rule and has not, and who stands in for them, as it stands now."""
    found = next((one for one in asked_of(rule.deployment) if one.rule == rule), None)
    standing = next((one for one in standings(rule.deployment) if one.rule == rule), None)
    if found is None or standing is None or not standing.missing:
        return []
    said = {pk for vote in [*standing.approvals, *standing.abstentions] for pk in vote.parties}
    able = [person for person in found.able if person.pk not in said]
    out = {person.pk for person in found.barred}
    asked = _with_stand_ins(able, standing_in(rule.deployment))
    return [person for person in asked if person.pk not in out]


def speaking_as(deployment: Deployment, keys: Collection[str]) -> list[User]:
    """Who may decide under the roles with these keys, and who stands in for them; no requester."""
    roles = set(Role.objects.filter(key__in=keys).values_list("pk", flat=True)) if keys else set()
    if not roles:
        return []
    held = {one for people in held_by(deployment, roles).values() for one in people}
    able = [one for one in held if one.pk != deployment.requester_id]
    named = _with_stand_ins(able, standing_in(deployment))
    return [one for one in named if one.pk != deployment.requester_id]


def outset(deployment: Deployment, now: datetime, asked: Collection[Asked] | None = None) -> Outset:
    """What submitting is judged by; `asked` where it has been read already."""
    asked = asked_of(deployment) if asked is None else asked
    deciders = holders(deployment.service, Right.OPERATE).exclude(pk=deployment.requester_id)
    lead = deployment.lead
    return Outset(
        now=now,
        t0=deployment.t0,
        demands=[one.demand for one in asked],
        deciders=deciders.count(),
        lost_lead="" if lead.is_active else str(lead),
        stuck=never_ready(deployment),
        unheard=_unheard(deployment, {one.rule.role_id for one in asked}),
    )


def _unheard(deployment: Deployment, signing: Collection[int]) -> list[str]:
    """GO needs a word of every polled role; of those that sign, their rule says who is missing."""
    if not is_held(deployment):
        return []
    polled = [role for role, _ in asked_roles(deployment) if role.pk not in signing]
    held = held_by(deployment, {role.pk for role in polled}) if polled else {}
    return [role.title for role in polled if not held[role.pk]]


def standing_in(deployment: Deployment) -> dict[int, StandIn]:
    """The absences of now in which somebody stands in, by the absent person's id.

    A stand-in whose account is closed or who no longer sees the service is none.
    """
    return {one.absent_id: one for one in _standing_in(deployment.service_id)}


@built_once
def _standing_in(service: int) -> QuerySet[StandIn]:
    seers = User.objects.filter(
        groups__servicegroupobjectpermission__content_object=service,
        groups__servicegroupobjectpermission__permission__codename=Right.SEE,
        is_active=True,
        kind=Kind.PERSON,
    )
    return StandIn.objects.with_names().filter(
        service=service,
        revoked_at=None,
        starts_at__lte=PortalNow(),
        ends_at__gt=PortalNow(),
        stand_in__in=seers.values("pk"),
    )


def holders_of(deployment: Deployment, role: Role) -> list[User]:
    """Active people who hold the role for the deployment's service, by name."""
    return held_by(deployment, {role.pk})[role.pk]


def voices_of(deployment: Deployment, roles: Sequence[Role]) -> dict[int, list[User]]:
    """Who answers for each role by its id: those who hold it, and who stands in for them now."""
    held, away = held_by(deployment, {role.pk for role in roles}), standing_in(deployment)
    return {pk: sorted(_with_stand_ins(people, away), key=str) for pk, people in held.items()}


def _with_stand_ins(people: Sequence[User], away: Mapping[int, StandIn]) -> list[User]:
    """These, and who stands in for those of them who are away; each once."""
    instead = [away[one.pk].stand_in for one in people if one.pk in away]
    return list(dict.fromkeys([*people, *(one for one in instead if one is not None)]))


def held_by(deployment: Deployment, roles: Collection[int]) -> dict[int, list[User]]:
    """Active people by the role that they hold for the service, machines left out; one query."""
    found: dict[int, set[User]] = {role: set() for role in roles}
    for person in _holding(deployment.service_id, list(roles)):
        found[person.held_role].add(person)
    return {role: sorted(named, key=str) for role, named in found.items()}


@built_once
def _holding(service: int, roles: list[int]) -> QuerySet[User, Any]:
    """Once for each of the roles that they hold."""
    people = User.objects.filter(
        AnyOf("groups__role_memberships__role", roles),
        groups__role_memberships__service=service,
        is_active=True,
        kind=Kind.PERSON,
    )
    return people.annotate(held_role=F("groups__role_memberships__role_id"))
