"""Services, environments and people of a seeded portal, made through the portal's own services."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.enums import Kind
from accounts.models import Role, User
from deployments import services
from deployments.enums import Grant
from deployments.models import Environment, Service

PREFIX = "seed-"
ROLES = ("product_owner", "technical_lead", "security", "operations", "business")
TITLES = ("Product owner", "Technical lead", "Security", "Operations", "Business stakeholder")
GRANTS = (Grant.RELEASE_MANAGER, Grant.OPS_LEAD, Grant.MEMBER, Grant.STAKEHOLDER, Grant.AUDITOR)
ENVIRONMENTS = (("staging", "Staging", 10), ("production", "Production", 100))
PEOPLE = 60
FIRST = ("Ada", "Bruno", "Clara", "Dmitri", "Elif", "Farah", "Goran", "Hanna", "Ivo", "Jana")
LAST = ("Albrecht", "Berger", "Costa", "Dvořák", "Eriksen", "Fabbri")


@dataclass(frozen=True)
class Place:
    """One service in one environment, with who holds what there."""

    service: Service
    environment: Environment
    signers: dict[str, User]
    manager: User
    ops_lead: User
    member: User


def places(services_wanted: int) -> list[Place]:
    """Every service in every environment; what an earlier seeding made is used again."""
    people = _people()
    roles = [
        Role.objects.get_or_create(key=key, defaults={"title": title, "order": place})[0]
        for place, (key, title) in enumerate(zip(ROLES, TITLES, strict=True), start=1)
    ]
    where = [
        Environment.objects.get_or_create(key=key, defaults={"title": title, "order": order})[0]
        for key, title, order in ENVIRONMENTS
    ]
    found = []
    for number in range(services_wanted):
        team = [people[(7 * number + place) % PEOPLE] for place in range(len(ROLES) + len(GRANTS))]
        signers, others = dict(zip(ROLES, team, strict=False)), team[len(ROLES) :]
        service = _service(number, roles, signers, others)
        found += [Place(service, one, signers, *others[:3]) for one in where]
    return found


def _people() -> list[User]:
    """They have no password and no address that anything reaches: nobody signs in by them."""
    names = [f"{PREFIX}{number:02}" for number in range(PEOPLE)]
    known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    User.objects.bulk_create(
        User(
            username=name, email=f"{name}@seed.invalid", kind=Kind.PERSON, zone="Europe/Vienna",
            display_name=f"{FIRST[place % 10]} {LAST[place // 10]}", password=make_password(None),
        )
        for place, name in enumerate(names)
        if name not in known
    )  # fmt: skip
    return list(User.objects.filter(username__in=names).order_by("username"))


def _service(
    number: int, roles: list[Role], signers: dict[str, User], others: list[User]
) -> Service:
    key = f"{PREFIX}{number:03}"
    known = Service.objects.filter(key=key).first()
    if known is not None:
        return known
    service = services.create_service(key, f"Seeded service {number:03}", actor=None)
    for role in roles:
        services.grant_role(service, role, signers[role.key], actor=None)
    for grant, person in zip(GRANTS, others, strict=True):
        services.grant(service, grant, person, actor=None)
    return service
