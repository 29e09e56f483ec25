from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from pytest_django import DjangoAssertNumQueries

from communications import panels
from communications.enums import DeliveryState, MessageState
from communications.models import Delivery, Message, Stakeholder
from communications.sending import dispatch
from communications.services import define_plan
from communications.subscriptions import subscribing
from communications.subscriptions.subscribers import of_account
from deployments import clock
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.sharing import links
from tests.builders import Team, make_deployment
from tests.communications.conftest import make_copy, make_planned

PANEL = "communications/_panel.html"


def spread(deployment: Deployment) -> None:
    """Copies of the first message in different states."""
    dispatch.expand_due()
    first, second, third = Delivery.objects.order_by("pk")[:3]
    Delivery.objects.filter(pk=first.pk).update(state=DeliveryState.SENT, sent_at=clock.now())
    Delivery.objects.filter(pk=second.pk).update(
        state=DeliveryState.FAILED, last_error="550 no such person"
    )
    Delivery.objects.filter(pk=third.pk).update(state=DeliveryState.UNKNOWN, last_error="broke")


@pytest.mark.parametrize("people", [1, 30])
def test_panel_asks_three_questions_however_many_there_are(
    people: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(people):
        Stakeholder.objects.create(
            service=team.service, name=f"P{number}", address=f"p{number}@example.net"
        )
    deployment = make_planned(team)
    spread(deployment)
    deployment = Deployment.objects.with_names().get(pk=deployment.pk)
    with django_assert_num_queries(3):
        context = panels.messages_panel(deployment)
        render_to_string(PANEL, {**context, "may": {"operate_deployments"}})


@pytest.mark.parametrize("people", [1, 30])
def test_page_asks_as_many_questions_however_many_there_are(
    people: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(people):
        Stakeholder.objects.create(
            service=team.service, name=f"P{number}", address=f"p{number}@example.net"
        )
    deployment = make_planned(team)
    spread(deployment)
    rights = rights_of(team.ops_lead, team.service)
    deployment = Deployment.objects.with_names().get(pk=deployment.pk)
    with django_assert_num_queries(17):
        context = panels.messages_page(deployment, rights)
        render_to_string("communications/messages.html", context)


def test_moments_stand_between_the_messages(team: Team) -> None:
    context = panels.messages_panel(make_planned(team))
    assert [step.title for step in context["steps"]] == [
        "Deployment notice", "Final go/no-go", "T0", "Start", "The deployment starts",
        "Completion", "The deployment is complete", "Summary of the first day", "Closing report",
    ]  # fmt: skip


def test_entry_counts_copies_and_gives_reasons(team: Team) -> None:
    deployment = make_planned(team)
    spread(deployment)
    entry = panels.messages_panel(deployment)["entries"][1]
    assert (entry.words, entry.state) == ("1 of 10 sent", "failed")
    assert entry.troubles == "1 failed, 1 not known whether they left"
    assert entry.reasons == ["550 no such person", "broke"]


def test_message_that_is_leaving_has_a_bar_with_its_count_until_all_have_left(team: Team) -> None:
    deployment = make_planned(team)
    message = deployment.messages.order_by("due_at")[0]
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.LEAVING, expanded_at=clock.now()
    )
    rights = rights_of(team.ops_lead, team.service)

    def pages() -> list[str]:
        may = {"may": {"operate_deployments"}}
        return [
            render_to_string(PANEL, {**panels.messages_panel(deployment), **may}),
            render_to_string(
                "communications/messages.html", panels.messages_page(deployment, rights)
            ),
        ]

    make_copy(message, DeliveryState.SENT, "ann@example.org")
    make_copy(message, DeliveryState.DISPATCHING, "ben@example.org")
    make_copy(message, DeliveryState.RETRY, "cy@example.org")
    bar = 'value="1" max="3" aria-label="Sent: 1 of 3"></progress>'
    assert [bar in page for page in pages()] == [True, True]
    message.deliveries.update(state=DeliveryState.SENT, sent_at=clock.now())
    assert ["<progress" in page for page in pages()] == [False, False]


def test_plan_lines_without_a_time_say_what_they_wait_for(team: Team) -> None:
    deployment = make_deployment(team, t0_in=None)
    define_plan(Deployment.objects.lock(deployment.pk), [])
    words = [entry.anchor_words for entry in panels.messages_panel(deployment)["entries"]]
    assert words == [
        "24 h before T0", "2 h before T0", "at start", "at completion", "24 h after completion",
        "at end of the watch",
    ]  # fmt: skip


def test_people_without_an_address_are_named(team: Team) -> None:
    team.security.email = ""
    team.security.save()
    found = panels.messages_panel(make_planned(team))["unreachable"]
    assert (found.without_address, found.bouncing) == (["Security"], [])


def test_only_who_ought_to_be_told_and_is_not_is_named_as_out_of_reach(team: Team) -> None:
    """Not who left, nor who is told at the address that the list has of them."""
    subscribing.leave(of_account(team.service, team.stakeholder), actor=team.stakeholder)
    Stakeholder.objects.create(
        service=team.service, name="Mel", address="mel@example.net", user=team.member
    )
    for person in (team.stakeholder, team.member, team.security):
        person.email = ""
        person.save()
    found = panels.messages_panel(make_planned(team))["unreachable"]
    assert (found.without_address, found.bouncing) == (["Security"], [])


def test_message_that_was_overtaken_is_not_said_to_name_an_older_time(team: Team) -> None:
    deployment = make_planned(team)
    deployment.messages.filter(kind="notice").update(state=MessageState.SUPERSEDED)
    found = Deployment.objects.with_names().get(pk=deployment.pk)
    context = panels.messages_page(found, rights_of(team.ops_lead, team.service))
    page = render_to_string("communications/messages.html", context)
    assert "What it was to say was overtaken before it left." in page
    assert "It named an older time" not in page


def test_panel_shows_the_act_only_to_those_who_may(team: Team) -> None:
    deployment = make_planned(team)
    context = panels.messages_panel(deployment)
    shown = {
        right: render_to_string(PANEL, {**context, "may": {right}}).count("Send now</button>")
        for right in ("see_service", "edit_deployments", "operate_deployments")
    }
    assert shown == {"see_service": 0, "edit_deployments": 1, "operate_deployments": 1}


def test_page_says_why_somebody_may_not_act(team: Team) -> None:
    deployment = make_planned(team)
    rights = rights_of(team.member, team.service)
    entry = panels.messages_page(deployment, rights)["entries"][1]
    assert entry.refusal_to_send == (
        "Only release managers and ops leads of this service may send or skip messages."
    )


def test_page_says_that_mails_without_a_stakeholder_link_lead_nowhere(team: Team) -> None:
    deployment = make_planned(team)
    rights, said = rights_of(team.ops_lead, team.service), "their mails lead to no page"

    def page() -> str:
        found = Deployment.objects.with_names().get(pk=deployment.pk)
        context = panels.messages_page(found, rights)
        return render_to_string("communications/messages.html", context)

    assert said not in page()
    Stakeholder.objects.create(service=team.service, name="Ann", address="ann@example.net")
    assert "1 recipient without an account" in page()
    links.make(deployment.pk, lasts=timedelta(days=7), actor=team.release_manager)
    assert said not in page()
