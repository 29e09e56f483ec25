"""A demo team with two deployments, made through the same services that people use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.enums import Kind
from accounts.fresh import Authentication
from accounts.models import Role, User
from approvals import services as approvals
from approvals.enums import Choice, Verdict
from approvals.rollcall import asked_roles
from approvals.shown import Shown
from approvals.verdict import readiness
from checklists import services as checklists
from checklists.enums import ItemState, Phase
from communications.models import Stakeholder
from connections.models import Connection
from deployments import clock, editing, services
from deployments.enums import Grant
from deployments.models import Deployment, Environment, Service
from gates import services as gates
from gates.definitions import GateDefinition
from gates.enums import Kind as GateKind
from gates.parts import GATES
from gates.reports import Result
from intake import demo_sample
from intake.services import import_document

PASSWORD = "demo-portal"  # noqa: S105 - printed at the start, for loopback only
EXAMPLE = settings.BASE_DIR / "examples" / "sprint-001.md"
PACKAGE = "Sprint-001 Stabilised Storage Layer"
ZONE = "Europe/Vienna"


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    part: str
    roles: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()


ROLES = (
    ("product_owner", "Product owner", False),
    ("technical_lead", "Technical lead", False),
    ("security", "Security", False),
    ("operations", "Operations", True),
    ("business", "Business stakeholder", True),
)
PEOPLE = (
    Person("release_manager", "Rosa Marin", "submits and schedules", (), (Grant.RELEASE_MANAGER,)),
    Person("product_owner", "Priya Owens", "signs as product owner", ("product_owner",)),
    Person("technical_lead", "Tomas Lind", "signs as technical lead", ("technical_lead",),
           (Grant.MEMBER,)),
    Person("security", "Sena Cure", "signs as security", ("security",), (Grant.MEMBER,)),
    Person("operations", "Otto Pereira", "signs as operations", ("operations",), (Grant.MEMBER,)),
    Person("business", "Bea Stark", "signs as business stakeholder", ("business",)),
    Person("ops_lead", "Olga Petrenko", "decides, starts, completes", (), (Grant.OPS_LEAD,)),
    Person("stakeholder", "Stan Holder", "reads and is told", (), (Grant.STAKEHOLDER,)),
    Person("auditor", "Aud Itzik", "reads everything", (), (Grant.AUDITOR,)),
    Person("outsider", "Out Sider", "sees nothing of this service"),
    Person("admin", "Ada Min", "declares connections, votes nothing"),
)  # fmt: skip


def sign_ins() -> list[str]:
    width = max(len(person.username) for person in PEOPLE)
    return [f"{one.username:<{width}}  {PASSWORD}  {one.name}: {one.part}" for one in PEOPLE]


@transaction.atomic
def load() -> list[Deployment]:
    """The team if it is not there yet, and a fresh pair of deployments."""
    people = {person.username: _account(person) for person in PEOPLE}
    for order, (key, title, sensitive) in enumerate(ROLES, start=1):
        defaults = {"title": title, "order": order, "time_sensitive": sensitive}
        Role.objects.get_or_create(key=key, defaults=defaults)
    Environment.objects.get_or_create(key="staging", defaults={"title": "Staging", "order": 10})
    Environment.objects.get_or_create(key="production", defaults={"title": "Production"})
    here = settings.PORTAL_DEMO_SELF or settings.PORTAL_URL
    Connection.objects.get_or_create(
        key="this-portal",
        defaults={
            "title": "This portal",
            "base_url": here,
            "permitted_ranges": demo_sample.ranges(here),
        },
    )
    demo_sample.declare()
    storage = _service("storage-layer", "Storage layer", people)
    search = _service("search", "Search", people)
    return [_in_review(storage, people), _decided(search, people)]


def _account(person: Person) -> User:
    defaults = {
        "email": f"{person.username}@demo.example",
        "display_name": person.name,
        "kind": Kind.PERSON,
        "zone": ZONE,
        "password": make_password(PASSWORD),
        "is_superuser": person.username == "admin",
        "is_staff": person.username == "admin",
    }
    return User.objects.get_or_create(username=person.username, defaults=defaults)[0]


def _service(key: str, title: str, people: dict[str, User]) -> Service:
    found = Service.objects.filter(key=key).first()
    if found is not None:
        return found
    admin = people["admin"]
    service = services.create_service(key, title, actor=admin)
    for person in PEOPLE:
        for role in person.roles:
            account = people[person.username]
            services.grant_role(service, Role.objects.get(key=role), account, actor=admin)
        for grant in person.grants:
            services.grant(service, grant, people[person.username], actor=admin)
    demo_sample.measure(service, people["release_manager"])
    Stakeholder.objects.create(
        service=service, name="Support desk", address="support@demo.example", zone="Europe/London"
    )
    return service


def _imported(
    service: Service,
    package: str,
    t0_in: timedelta,
    people: dict[str, User],
    *,
    health_required: bool,
    more: Sequence[GateDefinition] = (),
) -> Deployment:
    deployment = import_document(
        EXAMPLE.read_text(encoding="utf-8").replace(PACKAGE, package).encode(),
        EXAMPLE.name,
        service=service.key,
        t0=clock.now() + t0_in,
        zone=ZONE,
        actor=people["release_manager"],
    )
    editing.add(
        GATES,
        deployment.pk,
        [
            GateDefinition(
                title="The portal answers",
                kind=GateKind.HTTP,
                settings={"url": "/health/", "connection": "this-portal"},
                required=health_required,
            ),
            *more,
        ],
        actor=people["release_manager"],
    )
    approvals.submit(deployment.pk, actor=people["release_manager"])
    deployment.refresh_from_db()
    return deployment


def _in_review(service: Service, people: dict[str, User]) -> Deployment:
    """Half done: its last mail before T0 leaves within a minute, and five people have to sign."""
    deployment = _imported(
        service,
        PACKAGE,
        timedelta(hours=2, seconds=45),
        people,
        health_required=True,
        more=demo_sample.gates(),
    )
    for item in deployment.items.filter(phase=Phase.BEFORE).order_by("position")[:2]:
        checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=people["operations"])
    return deployment


def _decided(service: Service, people: dict[str, User]) -> Deployment:
    """Everything green and signed, GO given: it may be started at once."""
    deployment = _imported(
        service, "Search relevance 2.3", timedelta(minutes=5), people, health_required=False
    )
    for item in deployment.items.filter(phase=Phase.BEFORE):
        checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=people["operations"])
    machine, _ = User.objects.get_or_create(
        username="machine:demo", defaults={"kind": Kind.MACHINE, "display_name": "Demo CI"}
    )
    for gate in deployment.gates.all():
        if gate.kind == GateKind.REPORTED:
            gates.report(gate, _result(gate.condition), reporter=machine)
    proof = Authentication("demo", timezone.now())
    for rule in deployment.rules.select_related("role"):
        approvals.sign(
            deployment.pk,
            rule.pk,
            Choice.APPROVE,
            actor=people[rule.role.key],
            proof=proof,
            shown=Shown.of(deployment),
        )
    for role, _ in asked_roles(deployment):
        approvals.answer(deployment.pk, role.pk, Verdict.GO, actor=people[role.key])
    approvals.decide(
        deployment.pk,
        Verdict.GO,
        actor=people["ops_lead"],
        proof=proof,
        reason="all roles signed, all gates green",
        shown=Shown.of(deployment),
        seen=[warning.key for warning in readiness(deployment).warnings],
    )
    deployment.refresh_from_db()
    return deployment


def _result(condition: str) -> Result:
    """A result that meets the gate's condition, as this demo's CI would post it."""
    if not condition:
        return Result(outcome="good", value="passed")
    return Result(value="86", unit="%")
