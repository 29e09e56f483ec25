"""Teams: groups of people that are given rights and roles together."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from deployments import history
from deployments.access.changing import PORTAL, save_changes
from deployments.access.granting import tell_open_pages
from deployments.access.holders import Hold, services_of_group
from deployments.access.losses import Loss, losses
from deployments.access.policies import (
    refusal_by_losses,
    refusal_of_team_name,
    refusal_to_administer,
    refusal_to_give,
)
from deployments.exceptions import Overtaken, Refused, require
from deployments.models import Chain, Event, Service

ACT = "change teams"


@transaction.atomic
def create_team(name: str, *, actor: User | None) -> Group:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    require(refusal_of_team_name(name) or refusal_of_taken_name(name))
    team = Group.objects.create(name=name)
    history.record(chain, "team created", actor=actor, obj=team, after={"name": name})
    return team


@transaction.atomic
def rename_team(team: Group, name: str, *, actor: User | None) -> Event | None:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    require(refusal_of_team_name(name) or refusal_of_taken_name(name, besides=team))
    return save_changes(chain, team, "team renamed", {"name": name}, actor)


@transaction.atomic
def add_to_team(team: Group, person: User, *, actor: User | None) -> Event | None:
    """From now on the person has all that the team has; twice is no event."""
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    require(refusal_to_give(person))
    if team.user_set.filter(pk=person.pk).exists():
        return None
    team.user_set.add(person)
    tell_open_pages(services_of_group(team))
    after = {"team": team.name, "person": person.username}
    return history.record(chain, "joined team", actor=actor, obj=person, after=after)


@transaction.atomic
def remove_from_team(
    team: Group, person: User, *, actor: User | None, aware: bool = False
) -> Event:
    chain = history.chain(PORTAL)
    lock_services(services_of_group(team))
    require(refusal_to_administer(actor, ACT))
    require(refusal_of_stranger(team, person))
    require(refusal_by_losses(losses_of_member(team, person), aware=aware))
    team.user_set.remove(person)
    tell_open_pages(services_of_group(team))
    before = {"team": team.name, "person": person.username}
    return history.record(chain, "left team", actor=actor, obj=person, before=before)


def lock_services(service_ids: set[int]) -> list[Chain]:
    """After the portal's chain and in one order; what is lost there is judged under these locks."""
    keys = Service.objects.filter(pk__in=service_ids).order_by("key").values_list("key", flat=True)
    return [history.chain(f"service:{key}") for key in keys]


def losses_of_member(team: Group, person: User) -> list[Loss]:
    def leaves(hold: Hold) -> bool:
        return hold.group_id == team.pk and hold.user_id == person.pk

    return losses(services_of_group(team), leaves)


def refusal_of_stranger(team: Group, person: User) -> Refused | None:
    if team.user_set.filter(pk=person.pk).exists():
        return None
    return Overtaken(f"{person} is not in the team {team}, or no longer.")


def refusal_of_taken_name(name: str, besides: Group | None = None) -> Refused | None:
    others = Group.objects.filter(name__iexact=name)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    return Refused(f"There is already a team “{name}”.") if others.exists() else None
