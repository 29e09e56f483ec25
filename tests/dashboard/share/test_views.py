"""The page behind a stakeholder link: plain, the same for everybody, and silent about itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from approvals import services as approvals
from approvals.enums import Choice
from approvals.shown import Shown
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Message
from communications.plan import pausing
from deployments import clock
from deployments import services as deployments
from deployments.enums import Anchor, State
from deployments.models import Deployment, ShareLink
from deployments.sharing import links
from gates.definitions import GateDefinition
from gates.services import define_gates
from monitoring import services as monitoring
from monitoring.enums import Result
from tests.builders import Team, make_deployment, make_proof, signed_in
from tests.communications.conftest import leave, make_copy, make_planned, tell_notice

HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
PLAN = (
    PlanLine(Kind.NOTICE, Anchor.T0, -24 * HOUR, "First word", "Save your work before."),
    PlanLine(Kind.START, Anchor.T0, timedelta(0), "It begins"),
)


def make_link(deployment: Deployment, team: Team) -> str:
    """The path of the page."""
    _, address = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    return reverse("dashboard:share", args=[address.rstrip("/").rpartition("/")[2]])


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_planned(team, *PLAN, t0_in=30 * HOUR)


def read(path: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_says_what_when_how_it_stands_and_whom_to_ask(
    team: Team, deployment: Deployment
) -> None:
    said = read(make_link(deployment, team))
    for words in (
        "Storage layer is to get Storage layer 1.4, in Production.",
        "It is being checked; whether it goes ahead is still open.",
        "You need not do anything.",
        "Release Manager, the release lead",
        "mailto:release_manager@example.org",
        "the announcement",
        "Nothing yet.",
        f"{deployment.t0:%H:%M} UTC",
    ):
        assert words in said


def test_page_of_a_closed_one_says_to_what_it_came(team: Team, deployment: Deployment) -> None:
    path, now = make_link(deployment, team), clock.now()
    Deployment.objects.filter(pk=deployment.pk).update(
        state=State.WATCHING, started_at=now, completed_at=now
    )
    assert "It is done, and is being watched." in read(path)
    monitoring.close(deployment.pk, actor=team.ops_lead, result=Result.FAILED)
    said = read(path)
    assert "It is done, but what it was for was not reached." in said
    assert "all is well" not in said


def test_nothing_technical_no_name_but_the_leads_and_no_way_into_the_portal(
    team: Team, deployment: Deployment
) -> None:
    with transaction.atomic():
        define_gates(Deployment.objects.lock(deployment.pk), [GateDefinition("Latency of reads")])
    path = make_link(deployment, team)
    for client in (Client(), signed_in(team.security)):
        said = read(path, client)
        hidden = [
            *(str(one) for name, one in team.people.items() if name != "release_manager"),
            deployment.commit,
            deployment.branch,
            "Latency of reads",
            "Back up the database",
            "takes responsibility",
            f"/deployments/{deployment.pk}/",
        ]
        assert [words for words in hidden if words in said] == []
        assert said.count("<a ") == 3  # to the content, to the lead's address, to the sign-in


def test_answer_is_never_kept_indexed_nor_told_to_others(
    team: Team, deployment: Deployment
) -> None:
    path = make_link(deployment, team)
    for address in (path, f"{path}panel/", reverse("dashboard:share", args=["forged"])):
        answer = Client().get(address)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert "Set-Cookie" not in answer


def test_revoked_expired_forged_and_cut_links_answer_one_and_the_same(
    team: Team, deployment: Deployment
) -> None:
    cut = make_link(deployment, team)[:-8] + "/"
    expired = make_link(make_deployment(team), team)
    ShareLink.objects.filter(deployment__gt=deployment.pk).update(
        made_at=clock.now() - 2 * MONTH, expires_at=clock.now() - HOUR
    )
    revoked = make_link(make_deployment(team), team)
    link = ShareLink.objects.latest("pk")
    links.revoke(link.deployment_id, link.pk, actor=team.release_manager)
    addresses = [cut, expired, revoked, "/share/forged/", f"/share/{'x' * 5000}/", "/share/%00/"]

    answers = [Client().get(address) for address in addresses]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "leads nowhere" in answers[0].content.decode()
    assert {Client().get(f"{one}panel/").status_code for one in addresses} == {404}


def test_what_was_told_is_listed_with_the_time_it_named(team: Team, deployment: Deployment) -> None:
    path = make_link(deployment, team)
    tell_notice(deployment)
    Message.objects.filter(kind=Kind.NOTICE).update(first_sent_at=clock.now())
    said = read(path)
    assert "<strong>Announced</strong> for <time" in said
    assert "Save your work before." in said
    assert "that it has begun" in said

    deployments.schedule(deployment.pk, clock.now() + 40 * HOUR, actor=team.release_manager)

    assert "<strong>Announced</strong> for <s><time" in read(path)


def test_messages_that_are_not_for_stakeholders_are_neither_announced_nor_listed(
    team: Team,
) -> None:
    inside = PlanLine(
        Kind.NOTICE,
        Anchor.T0,
        -24 * HOUR,
        "For us",
        "The pager goes to Ann",
        audience=("ops_lead",),
    )
    deployment = make_planned(team, inside, t0_in=30 * HOUR)
    message = deployment.messages.get()
    path = make_link(deployment, team)
    assert "There is" not in read(path)
    assert "The next message comes once there is something to say." in read(path)
    leave(message)
    Message.objects.update(first_sent_at=clock.now())
    assert "The pager" not in read(path)


def test_time_of_the_next_message_is_promised_only_while_nobody_holds_it(
    team: Team, deployment: Deployment
) -> None:
    path = make_link(deployment, team)
    pausing.hold_all(deployment.pk, actor=team.release_manager, reason="Ann decides on Monday")
    said = read(path)
    assert "The next message comes once it is settled how this goes on." in said
    assert "Ann decides" not in said


def test_letters_to_single_people_are_not_told_to_guests(
    team: Team, deployment: Deployment
) -> None:
    path = make_link(deployment, team)
    message = deployment.messages.first()
    assert message is not None
    make_copy(message, state=DeliveryState.SENT)
    Message.objects.filter(pk=message.pk).update(
        kind=Kind.SIGN, text="Security, sign", first_sent_at=clock.now(),
        expanded_at=clock.now(), state="leaving",
    )  # fmt: skip
    assert "Security, sign" not in read(path)


def test_number_of_queries_is_the_same_with_one_message_and_with_many(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for lines in (PLAN, PLAN * 15):
        deployment = make_planned(team, *lines, t0_in=30 * HOUR)
        path = make_link(deployment, team)
        with django_assert_num_queries(15):
            read(path)


def test_panel_alone_is_sent_once_while_it_stays_the_same(
    team: Team, deployment: Deployment
) -> None:
    path = f"{make_link(deployment, team)}panel/"
    first = Client().get(path)
    assert first.content.decode().startswith('<hx-partial hx-target="#share-panel"')

    def again() -> Any:
        return Client().get(path, headers={"If-None-Match": first["ETag"]})

    assert again().status_code == 304
    deployments.cancel(deployment.pk, actor=team.release_manager, reason="Ann left")
    said = again().content.decode()
    assert "It is cancelled and does not take place." in said
    assert "Ann left" not in said


def test_use_is_noted_and_a_search_engine_that_asks_for_the_head_too(
    team: Team, deployment: Deployment
) -> None:
    path = make_link(deployment, team)
    assert Client().head(path).status_code == 200
    assert ShareLink.objects.get().last_used_at is not None
    assert Client().post(path).status_code == 405


def test_ready_is_said_without_a_word_of_who_signed(team: Team) -> None:
    deployment = make_deployment(team, items=(), roles=("product_owner",), submitted=True)
    approvals.sign(
        deployment.pk,
        deployment.rules.get().pk,
        Choice.APPROVE,
        actor=team.product_owner,
        proof=make_proof(),
        shown=Shown.of(deployment),
    )
    said = read(make_link(deployment, team))
    assert "Everything is checked; the decision to go ahead is still to come." in said
    assert "Product Owner" not in said
