"""What one person has, belongs to and is still expected to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group

from accounts.models import User
from deployments.access.holders import holds_on, teams
from deployments.access.parts import key_of, parts_offered, title_of
from deployments.access.people import services_of
from deployments.access.stakes import Stake, stakes_of
from deployments.models import Service


@dataclass(frozen=True)
class Held:
    """What the person has on one service, each with the team by which it comes."""

    service: Service
    parts: list[str]


@dataclass(frozen=True)
class Profile:
    held: list[Held]
    teams: list[Group]
    stakes: list[Stake]


def profile_of(person: User) -> Profile:
    return Profile(_held(person), list(teams().filter(user=person)), stakes_of(person))


def _held(person: User) -> list[Held]:
    ids = services_of(person)
    holds = [one for one in holds_on(ids) if one.user_id == person.pk]
    titles = {key_of(part): title_of(part) for part in parts_offered()}
    return [
        Held(
            service,
            [
                f"{title} through team {one.team}" if one.team else title
                for key, title in titles.items()
                for one in holds
                if one.service_id == service.pk and one.part == key
            ],
        )
        for service in Service.objects.filter(pk__in=ids)
    ]
