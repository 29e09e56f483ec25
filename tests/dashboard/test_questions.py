"""S1 and S2: how many questions each page asks the database, however much there is to show.

Numbers are counted, not guessed: one less is a reason to write the smaller number here. Why pages
that judge deployments ask more than twelve is told in docs/adr/0034.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.panels import TABS
from deployments import content
from deployments.answers import page
from deployments.finding.criteria import Criteria
from deployments.finding.keeping import keep
from deployments.models import Deployment
from deployments.sharing import links
from gates.definitions import GateDefinition
from gates.services import define_gates
from tests.builders import Team, make_administrator, make_deployment, make_team, signed_in
from tests.dashboard.test_pages import add_events, make_large

pytestmark = pytest.mark.django_db

# Address → most questions; whoever is signed in costs two of them.
OF_EVERYBODY = {
    "/": 18,
    "/decisions/": 15,
    "/decisions/said/": 6,
    "/deployments/": 16,
    "/deployments/?state=open&text=layer&person=me&when=next-30": 17,
    "/deployments/?after={key}": 16,
    "/services/": 3,
    "/templates/": 3,
    "/deployments/new/": 9,
    "/import/": 5,
    "/settings/": 3,
    "/settings/absences/": 6,
    "/settings/subscriptions/": 8,
}
OF_ADMINISTRATORS = {
    "/people/": 4,
    "/people/teams/": 3,
    "/environments/": 3,
    "/roles/": 3,
    "/connections/": 3,
    "/operations/": 13,
}
# S2 promises 20; four tabs draw several panels, with people and what was measured or said.
OF_TABS = {
    "overview": 25, "checklist": 18, "gates": 18, "sign-off": 18, "go-no-go": 21, "runbook": 19,
    "watch": 22, "messages": 19, "comments": 21, "history": 17,
}  # fmt: skip


def asked(client: Client, address: str) -> int:
    client.get(address)  # what a process asks once and keeps
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    return len(queries)


def with_a_red_gate(deployment: Deployment) -> None:
    """Only where one is red anybody asks for waivers."""
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        define_gates(locked, [GateDefinition("Load test")])
        content.refresh(locked, deployment.requester)


def grown(team: Team, count: int) -> None:
    """As many again of all that the lists show."""
    for number in range(count):
        make_deployment(team, submitted=True, t0_in=timedelta(hours=4 + 3 * number))
        make_team(f"service-{number}", prefix=f"p{number}-")
        keep(team.release_manager, name=f"Filter {number}", criteria=Criteria(state="open"))


def test_every_list_asks_the_same_with_a_few_and_with_many(team: Team) -> None:
    with_a_red_gate(make_deployment(team, submitted=True, t0_in=timedelta(hours=3)))
    keep(team.release_manager, name="Mine", criteria=Criteria(person="me"))
    person, administrator = signed_in(team.release_manager), signed_in(make_administrator())
    pages = [
        *((person, address.format(key="253370764800000000-1000000"), most)
          for address, most in OF_EVERYBODY.items()),
        *((administrator, address, most) for address, most in OF_ADMINISTRATORS.items()),
    ]  # fmt: skip
    few = {address: asked(client, address) for client, address, _ in pages}
    grown(team, 6)

    many = {address: asked(client, address) for client, address, _ in pages}

    assert many == few
    assert many == {address: most for _, address, most in pages}


@pytest.mark.parametrize("tab", TABS)
def test_tab_of_a_large_deployment_keeps_to_its_number(team: Team, tab: str) -> None:
    deployment = make_large(team)
    add_events(deployment, 150)
    client = signed_in(team.release_manager)
    assert asked(client, page(deployment, tab)) <= OF_TABS[tab]


def test_stakeholder_page_keeps_to_its_number(team: Team) -> None:
    deployment = make_large(team)
    _, address = links.make(deployment.pk, lasts=timedelta(days=7), actor=team.release_manager)
    assert asked(Client(), address) == 15


def test_fragments_for_a_page_without_a_stream_cost_no_more_than_the_page(team: Team) -> None:
    """It is read where it is checked and where it is drawn, and nothing personal is asked."""
    deployment = make_large(team)
    client = signed_in(team.release_manager)
    fragments = reverse("dashboard:panels", args=[deployment.pk])
    assert asked(client, f"{fragments}?panels=header,checklist") == OF_TABS["checklist"]
    assert asked(client, reverse("dashboard:mine", args=[deployment.pk])) <= 15
