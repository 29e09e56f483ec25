"""The page of one message: as it reaches whom, with which words, and a test copy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from communications.enums import DeliveryState, Kind, MessageState
from communications.forms import key_of
from communications.models import Delivery, Message, Stakeholder, Trial
from communications.whom.audience import recipients
from deployments.models import Deployment
from deployments.sharing import links
from tests.builders import Team, signed_in
from tests.communications.conftest import leave, make_copy, make_planned


@pytest.fixture
def deployment(team: Team) -> Deployment:
    Stakeholder.objects.create(
        service=team.service, name="Tokyo office", address="tokyo@example.net", zone="Asia/Tokyo"
    )
    return make_planned(team)


def notice(deployment: Deployment) -> Message:
    return deployment.messages.get(kind=Kind.NOTICE)


def url(name: str, deployment: Deployment, *rest: int) -> str:
    return reverse(f"communications:{name}", args=[deployment.pk, *rest])


def test_preview_is_in_the_zone_of_the_reader_who_is_chosen(
    deployment: Deployment, team: Team
) -> None:
    tokyo = next(one for one in recipients(team.service) if one.name == "Tokyo office")
    client, asked = signed_in(team.member), {"reader_key": key_of(tokyo)}
    for name in ("message", "message_page"):
        page = client.get(url(name, deployment, notice(deployment).pk), asked)
        assert "Asia/Tokyo" in page.content.decode()
        usual = client.get(url(name, deployment, notice(deployment).pk)).content.decode()
        assert "Asia/Tokyo)" not in usual.split("<iframe")[-1]


def test_preview_shows_the_register_that_is_asked_for(deployment: Deployment, team: Team) -> None:
    client = signed_in(team.release_manager)
    message = Message.objects.create(
        deployment=deployment, event=deployment.events.order_by("-sequence")[0],
        kind=Kind.HOLD, title="On hold", written_at=notice(deployment).written_at,
        due_at=notice(deployment).due_at,
    )  # fmt: skip
    letters = {
        register: client.get(
            url("message", deployment, message.pk), {"register": register}
        ).context["letter"].text
        for register in ("plain", "technical", "")
    }  # fmt: skip
    assert "0a1b2c3d" in letters["technical"] == letters[""]
    assert "0a1b2c3d" not in letters["plain"]


def test_preview_leaves_as_usual_what_it_cannot_read(deployment: Deployment, team: Team) -> None:
    address = url("message", deployment, notice(deployment).pk)
    client = signed_in(team.member)
    odd = client.get(address, {"reader_key": "nobody", "register": "loud"})
    assert odd.context["letter"] == client.get(address).context["letter"]


def test_words_are_saved_and_shown(deployment: Deployment, team: Team) -> None:
    client, address = signed_in(team.ops_lead), url("message", deployment, notice(deployment).pk)
    form = client.get(address).context["words_form"]
    data = {"text": "Bring\r\ntea", "shown": form["shown"].value()}
    answer = client.post(url("reword", deployment, notice(deployment).pk), data, follow=True)
    assert notice(deployment).text == "Bring\ntea"
    assert answer.redirect_chain[-1][0] == address
    assert "Bring\ntea" in answer.context["letter"].text


def test_words_that_are_refused_stay_in_the_form(deployment: Deployment, team: Team) -> None:
    data = {"text": "Mine", "shown": "stale"}
    address = url("reword", deployment, notice(deployment).pk)
    answer = signed_in(team.ops_lead).post(address, data)
    assert answer.status_code == 409
    form = answer.context["words_form"]
    assert form["text"].value() == "Mine"
    again = {"text": "Mine", "shown": form["shown"].value()}
    assert signed_in(team.ops_lead).post(address, again).status_code == 302
    assert notice(deployment).text == "Mine"


def test_those_who_only_read_see_the_preview_and_no_form(
    deployment: Deployment, team: Team
) -> None:
    page = signed_in(team.member).get(url("message", deployment, notice(deployment).pk))
    assert "Save the words" not in page.content.decode()
    assert "Send a test copy" not in page.content.decode()


def test_test_copy_is_asked_for_in_the_register_of_the_page(
    deployment: Deployment, team: Team
) -> None:
    line = deployment.message_plan.get(title="Closing report")
    answer = signed_in(team.release_manager).post(
        url("try_line", deployment, line.pk), {"register": "technical"}
    )
    assert answer["Location"] == url("preview", deployment, line.pk)
    trial = Trial.objects.get()
    assert (trial.plan, trial.is_technical, trial.address) == (
        line, True, team.release_manager.email,
    )  # fmt: skip


def test_page_offers_what_a_person_can_do_about_a_copy(deployment: Deployment, team: Team) -> None:
    Message.objects.filter(pk=notice(deployment).pk).update(useful_until=None)
    leave(notice(deployment))
    copy = make_copy(notice(deployment))
    client = signed_in(team.ops_lead)
    page = client.get(url("messages", deployment)).content.decode()
    assert url("arrived", deployment, copy.pk) in page
    assert "may then have it twice" in page
    client.post(url("send_again", deployment, copy.pk), {"address": "found@example.net"})
    again = Delivery.objects.get(pk=copy.pk)
    assert (again.state, again.address) == (DeliveryState.SCHEDULED, "found@example.net")


def test_hold_shows_its_banner_on_page_and_panel(deployment: Deployment, team: Team) -> None:
    client = signed_in(team.release_manager)
    client.post(url("hold", deployment), {"reason": "The time is open"})
    tab = reverse("dashboard:tab", args=[deployment.pk, "messages"])
    for address in (url("messages", deployment), tab):
        assert "The messages are held back." in client.get(address).content.decode()
    client.post(url("release", deployment))
    assert "held back." not in client.get(url("messages", deployment)).content.decode()
    assert notice(deployment).state == MessageState.PLANNED


def test_preview_to_a_guest_shows_that_there_is_a_link_and_not_which(
    deployment: Deployment, team: Team
) -> None:
    _, address = links.make(deployment.pk, lasts=timedelta(days=7), actor=team.release_manager)
    tokyo = next(one for one in recipients(team.service) if one.name == "Tokyo office")
    page = signed_in(team.release_manager).get(
        url("message", deployment, notice(deployment).pk), {"reader_key": key_of(tokyo)}
    )
    assert "/share/only-in-the-mail/\n" in page.context["letter"].text
    assert address not in page.content.decode()
