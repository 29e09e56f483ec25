"""Coming back, the page of subscriptions, and one copy for one person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from communications.definitions import PlanLine
from communications.models import OptOut, Stakeholder
from communications.sending import copies
from communications.subscriptions import links, listing, subscribing
from communications.subscriptions.listing import Entry
from communications.subscriptions.subscribers import of_account
from communications.whom import audience
from communications.whom.audience import Recipient
from deployments.access.granting import revoke
from deployments.enums import Grant
from deployments.exceptions import Invalid
from deployments.models import Event, Service
from tests.builders import Team, make_administrator, make_stand_in, signed_in
from tests.communications.conftest import leave as leaves
from tests.communications.conftest import make_planned
from tests.communications.subscriptions.leaving import (
    NOW,
    ONE_CLICK,
    THREE_HOURS,
    addresses,
    page,
    strict,
    told,
)

pytestmark = pytest.mark.django_db


def test_link_brings_back_and_the_next_message_goes_to_them(ann: Stakeholder) -> None:
    client, link = Client(), links.of_entry(ann)
    client.post(page("leave", link), ONE_CLICK)
    shown = client.post(page("come_back", link), follow=True).content.decode()
    assert "You are told of Storage layer again." in shown
    assert "ann@example.net" in told(ann.service)
    assert Event.objects.last().verb == "came back to the messages"


def test_coming_back_by_link_is_checked_against_forged_requests(ann: Stakeholder) -> None:
    link = links.of_entry(ann)
    strict().post(page("leave", link), ONE_CLICK)
    assert strict().post(page("come_back", link)).status_code == 403
    assert OptOut.objects.exists()


def test_page_behind_a_link_is_not_indexed_nor_told_to_other_sites(ann: Stakeholder) -> None:
    link = links.of_entry(ann)
    for name, of in (("subscription", link), ("leave", link), ("subscription", f"{link}x")):
        answer = strict().get(page(name, of))
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert answer["Referrer-Policy"] == "same-origin"


def test_whoever_left_and_was_taken_out_reads_that_nothing_is_mailed(
    ann: Stakeholder, team: Team
) -> None:
    link = links.of_entry(ann)
    strict().post(page("leave", link), ONE_CLICK)
    listing.take_out(ann, actor=team.release_manager)
    shown = strict().get(page("subscription", link)).content.decode()
    assert "ann@example.net is on no list of Storage layer any more" in shown
    assert Client().post(page("come_back", link)).status_code == 409
    assert OptOut.objects.exists()


def test_language_and_zone_are_changed_by_link_and_the_history_says_so(ann: Stakeholder) -> None:
    client, address = Client(), page("subscription", links.of_entry(ann))
    assert client.post(address, {"language": "fr", "zone": "Europe/Paris"}).status_code == 302
    ann.refresh_from_db()
    assert (ann.language, ann.zone) == ("fr", "Europe/Paris")
    event = Event.objects.get(verb="stakeholder changed")
    assert event.before == {"language": "de", "zone": "Asia/Tokyo"}
    assert event.reason == "by the link in their mail"
    wrong = client.post(address, {"language": "fr", "zone": "Mars"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["zone"] == [
        "“Mars” is no time zone; name one of the IANA list such as Europe/Berlin or UTC."
    ]


def test_stakeholder_leaves_and_comes_back_with_one_click_each(team: Team) -> None:
    client = signed_in(team.stakeholder)
    address = reverse("communications:subscribe", args=[team.service.key])
    left = client.post(address, {"told": "no"}, follow=True).content.decode()
    assert "You left the messages of Storage layer." in left
    assert 'value="yes">Come back' in left
    assert team.stakeholder.email not in told(team.service)
    back = client.post(address, {"told": "yes"}, follow=True).content.decode()
    assert 'value="no">Leave' in back
    assert team.stakeholder.email in told(team.service)
    verbs = list(Event.objects.order_by("-pk").values_list("verb", flat=True)[:2])
    assert verbs == ["came back to the messages", "left the messages"]


def without_grant(team: Team) -> str:
    """The link in a mail of the time before their grant was taken away."""
    deployment = make_planned(team, NOW, t0_in=THREE_HOURS)
    copy = next(
        one for one in leaves(deployment.messages.get()) if one.user_id == team.stakeholder.pk
    )
    revoke(team.service, Grant.STAKEHOLDER, team.stakeholder, actor=None)
    return links.of_copy(copy)


def test_old_link_brings_nobody_back_whose_grant_was_taken_away(team: Team) -> None:
    link = without_grant(team)
    assert Client().post(page("come_back", link)).status_code == 409
    shown = strict().get(page("subscription", link)).content.decode()
    assert "stakeholder@example.org is on no list of Storage layer any more" in shown
    assert not Stakeholder.objects.exists()
    assert "stakeholder@example.org" not in told(team.service)


def test_old_link_brings_back_an_account_that_is_on_the_list(team: Team) -> None:
    link = without_grant(team)
    entry = Entry("Sam", "stakeholder@example.org")
    listing.add(team.service, [entry], actor=team.release_manager)
    strict().post(page("leave", link), ONE_CLICK)
    assert Client().post(page("come_back", link)).status_code == 302
    assert "stakeholder@example.org" in told(team.service)


def test_administrator_who_only_sees_the_service_joins_its_list(team: Team) -> None:
    administrator = make_administrator()
    address = reverse("communications:subscribe", args=[team.service.key])
    assert signed_in(administrator).post(address, {"told": "yes"}).status_code == 422
    administrator.email = "admin@example.org"
    administrator.save()
    assert "admin@example.org" not in told(team.service)
    signed_in(administrator).post(address, {"told": "yes"})
    assert "admin@example.org" in told(team.service)
    assert Event.objects.last().verb == "subscribed"
    assert (
        subscribing.come_back(of_account(team.service, administrator), actor=administrator) is None
    )
    signed_in(administrator).post(address, {"told": "no"})
    assert "admin@example.org" not in told(team.service)


def test_account_without_an_address_cannot_leave_what_it_does_not_get(team: Team) -> None:
    team.stakeholder.email = ""
    team.stakeholder.save()
    with pytest.raises(Invalid):
        subscribing.leave(of_account(team.service, team.stakeholder), actor=team.stakeholder)
    assert not OptOut.objects.exists()


@pytest.mark.parametrize("services", [1, 20])
def test_subscriptions_ask_as_many_questions_however_many_services(
    services: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    administrator = make_administrator()
    Service.objects.bulk_create(Service(key=f"s{n}", title=f"S {n}") for n in range(services - 1))
    client = signed_in(administrator)
    with django_assert_num_queries(8):
        page = client.get(reverse("communications:subscriptions")).content.decode()
    assert page.count("list-group-item") == services


def test_one_person_gets_one_copy_however_often_they_are_meant(team: Team) -> None:
    """By account and list in other letters, by an entry of the account's, by group and by role,
    as a stand-in, and besides."""
    rows = [
        Entry("Mel", "MEMBER@example.org"), Entry("Sec", "Security@Example.org"),
        Entry("Ann", "ann@example.net"),
    ]  # fmt: skip
    listing.add(team.service, rows, actor=team.release_manager)
    Stakeholder.objects.create(
        service=team.service, name="Mel at home", address="mel@example.net", user=team.member
    )
    make_stand_in(team.service, team.security, team.member)
    line = PlanLine(
        "notice", "t0", timedelta(hours=-24), "x",
        audience=("stakeholders", "member", "role:security"),
        addresses=("Member@Example.org", "ann@Example.net", "security@example.org"),
    )  # fmt: skip
    deployment = make_planned(team, line, t0_in=THREE_HOURS)
    [message] = deployment.messages.all()
    assert addresses(message, deployment) == [
        "ann@example.net", "member@example.org", "security@example.org",
    ]  # fmt: skip
    everybody = [one.address.lower() for one in audience.recipients(team.service)]
    assert len(everybody) == len(set(everybody))
    assert "mel@example.net" not in everybody
    assert len(leaves(message)) == 3
    with transaction.atomic():
        copies.write(message, [Recipient("Again", "ANN@example.net", "UTC")])
    assert message.deliveries.count() == 3


def test_entry_of_an_account_that_is_closed_is_told_nothing(team: Team) -> None:
    Stakeholder.objects.create(
        service=team.service, name="Out", address="out@example.net", user=team.outsider
    )
    assert "out@example.net" in told(team.service)
    team.outsider.is_active = False
    team.outsider.save()
    assert "out@example.net" not in told(team.service)


def test_line_for_holders_of_a_role_reaches_whoever_stands_in_now(team: Team) -> None:
    line = PlanLine("notice", "t0", timedelta(hours=-24), "x", audience=("role:security",))
    deployment = make_planned(team, line)
    [message] = deployment.messages.all()
    make_stand_in(team.service, team.operations, team.member)
    assert addresses(message, deployment) == ["security@example.org"]
    make_stand_in(team.service, team.security, team.stakeholder)
    assert addresses(message, deployment) == ["security@example.org", "stakeholder@example.org"]
    assert team.stakeholder.pk in audience.asked(deployment)


def test_language_of_the_list_goes_with_the_zone_of_the_account(team: Team) -> None:
    entry = Entry("Mel", "MEMBER@example.org", "de", "Asia/Tokyo")
    listing.add(team.service, [entry], actor=team.release_manager)
    [one] = [one for one in audience.recipients(team.service) if one.user_id == team.member.pk]
    assert (one.name, one.language, one.zone) == ("Member", "de", "UTC")
