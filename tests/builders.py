"""make_*: the smallest real things a test needs, made through the portal's own services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.enums import Kind
from accounts.fresh import Authentication
from accounts.models import Role, User
from approvals import services as approvals
from approvals.definitions import RuleDefinition
from approvals.enums import Verdict
from approvals.rollcall import asked_roles
from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from deployments import clock, content, services
from deployments.access.absences import Absence, name_stand_in
from deployments.enums import Grant
from deployments.models import Deployment, Environment, Service, StandIn

PASSWORD = "correct horse battery"
ROLES = {
    "product_owner": "Product owner",
    "technical_lead": "Technical lead",
    "security": "Security",
    "operations": "Operations",
    "business": "Business stakeholder",
}


@dataclass
class Team:
    """One service with a person for each part; `outsider` sees none of it."""

    service: Service
    environment: Environment
    people: dict[str, User]

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def make_person(username: str, *, password: str | None = None, kind: Kind = Kind.PERSON) -> User:
    """An account; without a password unless a test signs in by it, since hashing one is slow."""
    user = User(
        username=username,
        email=f"{username}@example.org",
        display_name=username.replace("_", " ").title(),
        kind=kind,
    )
    user.set_password(password)
    user.save()
    return user


def make_machine(username: str = "ci") -> User:
    return make_person(username, kind=Kind.MACHINE)


def make_administrator(username: str = "administrator", *, password: str | None = None) -> User:
    return User.objects.create_superuser(username, password=password)


def make_role(key: str) -> Role:
    title = ROLES.get(key, key.replace("_", " ").title())
    return Role.objects.get_or_create(
        key=key, defaults={"title": title, "time_sensitive": key in {"operations", "business"}}
    )[0]


def make_service(key: str = "storage-layer", title: str = "Storage layer") -> Service:
    return services.create_service(key, title, actor=None)


def make_environment(key: str = "production") -> Environment:
    return Environment.objects.get_or_create(key=key, defaults={"title": key.title()})[0]


MEMBERS = (
    *ROLES, "release_manager", "ops_lead", "member", "stakeholder", "auditor", "outsider"
)  # fmt: skip


def find_team() -> Team:
    """The team that a test's database begins with, read anew."""
    people = {user.username: user for user in User.objects.filter(username__in=MEMBERS)}
    return Team(
        Service.objects.get(key="storage-layer"), Environment.objects.get(key="production"), people
    )


def make_team(key: str = "storage-layer", prefix: str = "") -> Team:
    """A service with its people: five roles, release manager, ops lead, and those who only read."""
    service = make_service(key, key.replace("-", " ").capitalize())
    people = {name: make_person(f"{prefix}{name}") for name in MEMBERS}
    for role in ROLES:
        services.grant_role(service, make_role(role), people[role], actor=None)
    for grant in (
        Grant.RELEASE_MANAGER, Grant.OPS_LEAD, Grant.MEMBER, Grant.STAKEHOLDER, Grant.AUDITOR
    ):  # fmt: skip
        services.grant(service, grant, people[grant.value], actor=None)
    return Team(service, make_environment(), people)


def make_deployment(
    team: Team,
    *,
    items: tuple[str, ...] = ("Back up the database",),
    steps: tuple[str, ...] = ("Deploy the service",),
    roles: tuple[str, ...] = tuple(ROLES),
    t0_in: timedelta | None = timedelta(hours=3),
    submitted: bool = False,
) -> Deployment:
    """A small checklist and one rule per role, asked for by the release manager."""
    with transaction.atomic():
        deployment = services.create_deployment(
            team.service,
            team.environment,
            package="Storage layer 1.4",
            requester=team.release_manager,
            branch="release-1.4",
            commit="0a1b2c3d",
        )
        checklists.define(
            deployment,
            [SectionDefinition(["Preparation"]), SectionDefinition(["Execution"])],
            [
                *(ItemDefinition(0, "check", "before", text) for text in items),
                *(
                    ItemDefinition(
                        1, "step", "during", text, after=[len(items) + n - 1] if n else []
                    )
                    for n, text in enumerate(steps)
                ),
            ],
        )
        approvals.define(
            deployment,
            [
                RuleDefinition(role, make_role(role).title, f"{role} takes responsibility")
                for role in roles
            ],
            [],
        )
        content.refresh(deployment, team.release_manager)
    if t0_in is not None:
        services.schedule(deployment.pk, clock.now() + t0_in, actor=team.release_manager)
    if submitted:
        approvals.submit(deployment.pk, actor=team.release_manager)
    deployment.refresh_from_db()
    return deployment


def answer_poll(deployment: Deployment, word: Verdict = Verdict.GO, remark: str = "") -> None:
    """Every polled role says this, by the first person who holds it."""
    for role, _ in asked_roles(deployment):
        group = deployment.service.memberships.filter(role=role).values("group")
        person = User.objects.filter(groups__in=group).order_by("pk")[0]
        approvals.answer(deployment.pk, role.pk, word, actor=person, remark=remark)


def make_stand_in(
    service: Service,
    absent: User,
    stand_in: User | None,
    *,
    starts_in: timedelta = -timedelta(hours=1),
    lasts: timedelta = timedelta(days=7),
) -> StandIn:
    """The absent person's own word; away since an hour ago, for a week."""
    starts_at = clock.now() + starts_in
    absence = Absence(absent, stand_in, starts_at, starts_at + lasts)
    [row] = name_stand_in([service], absence, actor=absent)
    return row


def make_proof(minutes_ago: int = 0) -> Authentication:
    return Authentication("password", timezone.now() - timedelta(minutes=minutes_ago))


def signed_in(person: User) -> Client:
    """A browser session of this person, with a fresh proof unless a test ages it."""
    client = Client()
    client.force_login(person)
    session = client.session
    proof = make_proof()
    session["authenticated"] = {"means": proof.means, "at": proof.at.isoformat()}
    session.save()
    return client
