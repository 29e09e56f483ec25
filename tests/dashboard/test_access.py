"""X1 and X2: every address × every kind of person is decided here; an unlisted address fails.

X9: what each of these answers says to browsers and proxies is judged with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import OpenSession, User
from api import webhooks
from api.models import Token, Webhook
from api.services import issue
from approvals.models import Vote, Waiver
from checklists.enums import EvidenceKind
from checklists.evidence import Given
from checklists.models import Evidence
from checklists.services import add_evidence
from communications.chat import declaring as channels
from communications.chat.declaring import Told
from communications.enums import DeliveryState
from communications.models import BouncingAddress, Delivery, Stakeholder
from communications.services import define_plan
from connections.models import Connection
from deployments import clock
from deployments.access.teams import add_to_team, create_team
from deployments.finding.criteria import Criteria
from deployments.finding.keeping import keep
from deployments.models import Deployment, SavedFilter, StandIn
from deployments.sharing import links
from gates.definitions import GateDefinition
from gates.services import define_gates
from intake.models import SourceDocument, TemplateVersion
from intake.review.services import upload
from intake.templates import save_as_template
from monitoring.metrics.plan import MetricPlan
from monitoring.metrics.services import add_metric
from monitoring.models import Alert, Incident
from tests.approvals.makers import make_objection, make_waiver
from tests.builders import (
    Team,
    make_administrator,
    make_deployment,
    make_person,
    make_proof,
    make_stand_in,
    signed_in,
)  # fmt: skip
from tests.communications.conftest import make_bouncing, make_copy
from tests.dashboard.access_table import BODIES, PARTS, PERSONS, TABLE
from tests.deployments.freezes.makers import make_exemption, make_freeze
from tests.monitoring.makers import make_alert
from tests.web.headers import faults

CHECKLIST = b"# Next\n**Target Environment**: Production\n- [ ] Back up\n"


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Every named address of the portal but the framework's own admin."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                prefix = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from addresses(pattern, prefix)
        else:
            yield f"{namespace}{pattern.name}"


def test_every_address_is_decided() -> None:
    assert set(addresses(get_resolver())) == set(TABLE)
    assert set(BODIES) <= set(TABLE)


def test_every_row_stands_in_the_part_of_its_namespace() -> None:
    """Then none takes the place of another one where the parts are put together."""
    for part in PARTS:
        namespace = part.__name__.rpartition(".")[2]
        assert {name.partition(":")[0] for name in (*part.TABLE, *part.BODIES)} == {namespace}


@pytest.fixture
def scene(team: Team) -> Deployment:
    return make_scene(team)


def make_scene(team: Team) -> Deployment:
    """A deployment in review with a gate, a message, a rule and an image as evidence."""
    deployment = make_deployment(team, submitted=True)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        define_gates(locked, [GateDefinition("Tests", key="tests")])
        define_plan(locked, [])
    make_copy(deployment.messages.earliest("due_at"), state=DeliveryState.UNKNOWN)
    image = SimpleUploadedFile("shot.png", b"\x89PNG\r\n\x1a\n")
    make_bouncing("lost@example.net")
    deployment.items.filter(position=1).update(claimed_done=True, line=3)
    item = deployment.items.get(position=1)
    add_to_team(create_team("Night shift", actor=None), team.release_manager, actor=None)
    add_evidence(deployment.pk, item.pk, Given(EvidenceKind.FILE, file=image), actor=team.member)
    upload(CHECKLIST, "next.md", service=deployment.service, actor=team.release_manager)
    issue(team.service, title="CI", actor=None)
    add_metric(
        team.service,
        MetricPlan("latency", "Latency", "ms", source="by_hand"),
        actor=team.release_manager,
    )
    Connection.objects.create(
        key="elsewhere", title="Elsewhere", base_url="http://127.0.0.1:9/", may_be_posted_to=True
    )
    webhooks.issue(team.service, title="Lab", actor=team.release_manager, proof=make_proof())
    make_alert(deployment)
    Stakeholder.objects.create(service=team.service, name="Ann", address="ann@example.net")
    webhooks.issue(None, title="Relay", actor=make_administrator("root"), proof=make_proof())
    make_waiver(deployment.gates.get(key="tests"), asked_by=team.technical_lead)
    make_stand_in(team.service, team.technical_lead, None, starts_in=timedelta(days=9))
    save_as_template(deployment.pk, "Backend release", actor=team.release_manager)
    make_objection(deployment, "security", by=team.security)
    # Nothing listens there, so that whoever may try it gets an answer at once.
    unheard = Told("#releases", connection_key="elsewhere", address="http://127.0.0.1:9/hook")
    channels.add(team.service, "webhook", unheard, actor=team.release_manager)
    Session.objects.create(session_key="elsewhere", expire_date=clock.now() + timedelta(days=1))
    OpenSession.objects.create(user=team.release_manager, key="elsewhere", browser="Firefox")
    links.make(deployment.pk, lasts=timedelta(days=7), actor=team.release_manager)
    keep(team.release_manager, name="Open ones", criteria=Criteria(state="open"))
    later = make_freeze(team.service, by=team.release_manager, starts_in=timedelta(days=60))
    make_exemption(deployment, later, by=team.auditor)
    return deployment


def person(team: Team, name: str) -> Client:
    if name == "anonymous":
        return Client()
    if name == "administrator":
        return signed_in(User.objects.create_superuser("administrator"))
    return signed_in(team.people[name])


def every_argument(deployment: Deployment) -> dict[str, object]:
    """What any address may ask for, of this scene."""
    every = {
        "pk": deployment.pk,
        "item_pk": deployment.items.get(position=1).pk,
        "section_pk": deployment.sections.get(position=1).pk,
        "state": "done",
        "kind": "text",
        "evidence_pk": Evidence.objects.get(item__deployment=deployment).pk,
        "key": "tests",
        "rule_pk": deployment.rules.get(role__key="product_owner").pk,
        "plan_pk": deployment.message_plan.first().pk,
        "message_pk": deployment.messages.first().pk,
        "address_pk": BouncingAddress.objects.get().pk,
        "copy_pk": Delivery.objects.get(message__deployment=deployment).pk,
        "tab": "gates",
        "page": "limits",
        "editable": "rules",
        "row_pk": deployment.rules.get(role__key="product_owner").pk,
        "rest": "nothing",
        "try_pk": 0,
        "export_pk": 0,
        "decision_pk": 0,  # there is none yet; its review is the matter of tests/approvals
        "incident_pk": Incident.objects.get().pk,
        "alert_pk": Alert.objects.get().pk,
        "trigger_pk": deployment.triggers.get().pk,
        "target_pk": deployment.targets.get().pk,
        "metric": "latency",
        "metric_pk": deployment.service.metrics.get().pk,
        "token_pk": Token.objects.get().pk,
        "vote_pk": Vote.objects.get(deployment=deployment).pk,
        "absence_pk": StandIn.objects.get().pk,
        "webhook_pk": Webhook.objects.get(service=deployment.service).pk,
        "webhook": Webhook.objects.get(service=deployment.service).pk,
        "bounces_pk": Webhook.objects.get(service=None).pk,
        "waiver_pk": Waiver.objects.get().pk,
        "form": "yaml",
        "document_pk": SourceDocument.objects.get().pk,
        "version_pk": TemplateVersion.objects.get().pk,
        "filter_pk": SavedFilter.objects.get().pk,
    }
    leaver = deployment.lead  # the release manager, whom a team has too
    every |= {
        "service_key": deployment.service.key,
        "environment_key": deployment.environment.key,
        "role_key": "security",
        "connection_key": "elsewhere",
        "what": "release_manager",
        "holder": f"person:{leaver.pk}",
        "person_pk": leaver.pk,
        "team_pk": Group.objects.get(name="Night shift").pk,
        "uidb64": "MQ",
        "token": "none-such",
        "channel_pk": deployment.service.channels.get().pk,
        "session_pk": OpenSession.objects.get(key="elsewhere").pk,
        "link_pk": deployment.share_links.get().pk,
        "freeze_pk": deployment.exemptions.get().freeze_id,
        "secret": links.address_for_mails(deployment).rstrip("/").rpartition("/")[2],
        "number": 1,
        "stakeholder_pk": Stakeholder.objects.get().pk,
        "link": "WzFd.forged",
    }
    return every


def arguments(name: str, every: dict[str, object]) -> dict[str, object]:
    found = {key: every[key] for key in TABLE[name].arguments}
    return {"webhook": every["bounces_pk"]} if name == "api:bounce" else found


@pytest.mark.django_db
@pytest.mark.parametrize("who", PERSONS)
def test_answer_is_the_decided_one_and_keeps_itself_to_its_reader(
    who: str, team: Team, scene: Deployment
) -> None:
    client, place = person(team, who), PERSONS.index(who)
    session = copy(client.cookies)
    wrong: list[str] = []
    every = every_argument(scene)
    for name, row in TABLE.items():
        url = reverse(name, kwargs=arguments(name, every))
        body = {key: value(scene) for key, value in BODIES.get(name, {}).items()}
        for method, expected in (("get", row.get), ("post", row.post)):
            client.cookies = copy(session)  # signing out is one of the acts
            with transaction.atomic():
                answer = getattr(client, method)(url, body if method == "post" else None)
                transaction.set_rollback(True)
            if answer.status_code != expected[place]:
                wrong.append(f"{name} {method}: {answer.status_code}, decided {expected[place]}")
            wrong += faults(name, answer)
    assert wrong == []


@pytest.mark.django_db
def test_outsider_learns_nothing_of_another_service(team: Team, scene: Deployment) -> None:
    client = signed_in(make_person("curious"))
    assert scene.package not in client.get(reverse("dashboard:home")).content.decode()
    assert scene.package not in client.get(reverse("dashboard:deployments")).content.decode()
