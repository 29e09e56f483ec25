"""Leaving the messages of a service and coming back, signed in or by the link in a mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from communications import (
    audience,
    copies,
    dispatch,
    links,
    listing,
    occasions,
    readers,
    settling,
    subscribing,
)
from communications.audience import Recipient
from communications.definitions import PlanLine
from communications.enums import DeliveryState
from communications.forms import key_of
from communications.handover import Outcome, Result
from communications.listing import Entry
from communications.models import Delivery, Message, OptOut, Stakeholder
from communications.subscribers import Subscriber, of_account, ties_of
from deployments import comments
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment, Event, Service
from tests.builders import Team, make_administrator, make_stand_in, signed_in
from tests.communications.conftest import leave as leaves
from tests.communications.conftest import make_copy, make_planned, tell_notice

pytestmark = pytest.mark.django_db

NOW = PlanLine("go_no_go", "t0", timedelta(hours=-2), "Final go/no-go")
THREE_HOURS = timedelta(hours=3)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BOUND = ["release_manager", "ops_lead", "member", "auditor", "security", "product_owner"]


@pytest.fixture
def ann(team: Team) -> Stakeholder:
    return make_ann(team)


def make_ann(team: Team) -> Stakeholder:
    entry = Entry("Ann Smith", "ann@example.net", "de", "Asia/Tokyo")
    [row] = listing.add(team.service, [entry], actor=team.release_manager)
    return row


def told(service: Service) -> set[str]:
    return {one.address for one in audience.recipients(service)}


def page(name: str, link: str) -> str:
    return reverse(f"communications:{name}", args=[link])


def strict() -> Client:
    """As a browser meets the portal: with the check against forged requests."""
    return Client(enforce_csrf_checks=True)


# One click (RFC 8058)


def test_one_click_leaves_without_cookie_session_or_redirect(ann: Stakeholder) -> None:
    answer = strict().post(page("leave", links.of_entry(ann)), ONE_CLICK)
    assert (answer.status_code, answer.cookies) == (200, {})
    assert OptOut.objects.get().address == "ann@example.net"
    assert "ann@example.net" not in told(ann.service)
    event = Event.objects.get(verb="left the messages")
    assert (event.actor, event.reason) == (None, "by the link in their mail")
    assert event.object_text == "Ann Smith <ann@example.net>"


def test_one_click_as_a_form_of_many_parts_leaves_too(ann: Stakeholder) -> None:
    part = b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click'
    body = b"--b\r\n" + part + b"\r\n--b--\r\n"
    address = page("leave", links.of_entry(ann))
    answer = strict().post(address, body, content_type="multipart/form-data; boundary=b")
    assert (answer.status_code, OptOut.objects.count()) == (200, 1)


def test_one_click_twice_is_one_leave_and_one_event(ann: Stakeholder) -> None:
    for _ in range(2):
        assert strict().post(page("leave", links.of_entry(ann)), ONE_CLICK).status_code == 200
    assert OptOut.objects.count() == 1
    assert Event.objects.filter(verb="left the messages").count() == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanner_that_follows_every_link_changes_nothing(ann: Stakeholder, method: str) -> None:
    link = links.of_entry(ann)
    for name in ("leave", "subscription"):
        assert getattr(strict(), method)(page(name, link)).status_code == 200
    getattr(strict(), method)(page("come_back", link))
    assert not OptOut.objects.exists()
    assert Event.objects.last().verb == "stakeholder added"


def test_page_of_leaving_asks_and_its_button_posts_the_same_field(ann: Stakeholder) -> None:
    shown = strict().get(page("leave", links.of_entry(ann)))
    text = shown.content.decode()
    assert "Leave the messages of Storage layer?" in text
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in text
    assert shown.cookies == {}


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "yes"}, {"told": "no"}])
def test_post_without_the_field_changes_nothing(ann: Stakeholder, body: dict[str, str]) -> None:
    answer = strict().post(page("leave", links.of_entry(ann)), body)
    assert (answer.status_code, OptOut.objects.count()) == (422, 0)


def test_forged_cut_and_foreign_links_answer_404_with_a_sentence(
    ann: Stakeholder, team: Team
) -> None:
    link = links.of_entry(ann)
    value, _, seal = link.partition(".")
    other = signing.Signer(salt="elsewhere", sep=".").sign_object([ann.key.hex])
    mine = signing.Signer(salt=links.SALT, sep=".")
    forged = [
        link[:-1], link[1:], f"{value}.", seal, f"{value}.{seal[::-1]}", other, "x", "…",
        mine.sign_object(["no key"]), mine.sign_object([]), mine.sign_object({"a": 1}),
        mine.sign_object([team.stakeholder.pk, 0]), mine.sign_object([0, team.service.pk]),
        mine.sign_object([team.stakeholder.pk]), mine.sign("nothing"),
    ]  # fmt: skip
    for one in forged:
        for answer in (
            strict().get(page("leave", one)),
            strict().post(page("leave", one), ONE_CLICK),
            strict().get(page("subscription", one)),
        ):
            assert answer.status_code == 404, one
            assert "This link leads to no subscription" in answer.content.decode()
    assert not OptOut.objects.exists()


def test_link_says_nothing_readable_and_is_another_for_another_address(
    ann: Stakeholder, team: Team
) -> None:
    link = links.of_entry(ann)
    read = signing.b64_decode(link.partition(".")[0].encode()).decode()
    assert read == f'["{ann.key.hex}"]'
    listing.edit(ann, Entry("Ann", "anna@example.net"), actor=team.release_manager)
    assert links.read(link) is None


def test_link_is_good_after_the_key_was_changed_and_not_after_it_is_forgotten(
    ann: Stakeholder, settings: Settings
) -> None:
    link, old = links.of_entry(ann), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [old]
    assert links.read(link).entry == ann
    settings.SECRET_KEY_FALLBACKS = []
    assert links.read(link) is None


# Who may leave, and what their mails carry


def test_whoever_may_leave_is_the_same_for_mails_and_for_the_page(team: Team) -> None:
    make_stand_in(team.service, team.security, team.stakeholder)
    held = audience.bound(team.service)
    for name, person in team.people.items():
        ties = ties_of(person, [team.service])[team.service.pk]
        assert held.has("", person.pk) == bool(ties), name
    assert ties_of(team.stakeholder, [team.service])[team.service.pk] == [
        "standing in for Security"
    ]


def test_the_lead_of_an_open_deployment_cannot_leave(team: Team) -> None:
    Deployment.objects.filter(pk=make_planned(team).pk).update(lead=team.stakeholder)
    with pytest.raises(Forbidden) as refused:
        subscribing.leave(of_account(team.service, team.stakeholder), actor=team.stakeholder)
    assert refused.value.sentence == (
        "Whoever signs a service's releases or works on them cannot leave its messages. "
        "Your part: lead of an open deployment."
    )


@pytest.mark.parametrize("who", BOUND)
def test_those_who_sign_or_work_are_told_why_they_cannot_leave(team: Team, who: str) -> None:
    person = team.people[who]
    page = signed_in(person).get(reverse("communications:subscriptions")).content.decode()
    assert "cannot leave its messages. Your part: " in page.replace("&#x27;", "'")
    assert 'name="told"' not in page
    address = reverse("communications:subscribe", args=[team.service.key])
    assert signed_in(person).post(address, {"told": "no"}).status_code == 403
    link = signing.Signer(salt=links.SALT, sep=".").sign_object([person.pk, team.service.pk])
    assert strict().post(f"/subscription/{link}/leave/", ONE_CLICK).status_code == 403
    assert not OptOut.objects.exists()


def test_one_click_address_is_https_where_the_portal_is(
    ann: Stakeholder, settings: Settings
) -> None:
    settings.PORTAL_URL = "https://portal.example.org"
    headers = links.headers_of(links.of_entry(ann))
    assert re.fullmatch(
        r"<https://portal\.example\.org/subscription/[\w.-]+/leave/>", headers["List-Unsubscribe"]
    )


def test_link_of_an_account_leaves_without_signing_in(team: Team) -> None:
    message = make_planned(team).messages.first()
    copy = make_copy(message, address=team.stakeholder.email)
    copy.user = team.stakeholder
    link = links.of_copy(copy)
    assert strict().post(page("leave", link), ONE_CLICK).status_code == 200
    assert OptOut.objects.get().user == team.stakeholder
    team.stakeholder.email = "new@example.org"
    team.stakeholder.save()
    assert "new@example.org" not in told(team.service)
    shown = strict().get(page("subscription", link)).content.decode()
    assert ("Come back" in shown, 'name="zone"' in shown) == (True, False)


def test_preview_shows_nobody_elses_link(team: Team, ann: Stakeholder) -> None:
    deployment = make_planned(team)
    plan = deployment.message_plan.first()
    address = reverse("communications:preview", args=[deployment.pk, plan.pk])
    asked = {"reader_key": key_of(Recipient("", "ann@example.net", "UTC"))}
    shown = signed_in(team.member).get(address, asked).content.decode()
    assert "http://127.0.0.1:8000/subscription/…" in shown
    assert (".invalid" in shown, links.of_entry(ann) in shown) == (False, False)


# After leaving


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (DeliveryState.SCHEDULED, DeliveryState.CANCELLED),
        (DeliveryState.RETRY, DeliveryState.CANCELLED),
        (DeliveryState.CLAIMED, DeliveryState.CANCELLED),
        (DeliveryState.DISPATCHING, DeliveryState.DISPATCHING),
        (DeliveryState.SENT, DeliveryState.SENT),
        (DeliveryState.FAILED, DeliveryState.FAILED),
    ],
)
def test_copy_that_waits_ends_as_cancelled_with_the_reason(
    team: Team, ann: Stakeholder, state: str, ends: str
) -> None:
    message = make_planned(team).messages.first()
    copy = make_copy(message, state, "Ann@example.net")
    other = make_copy(message, DeliveryState.SCHEDULED, "bob@example.net")
    subscribing.leave(Subscriber(team.service, ann.address, None, ann), actor=None)
    copy.refresh_from_db()
    other.refresh_from_db()
    assert (copy.state, other.state) == (ends, DeliveryState.SCHEDULED)
    said = copy.last_error.startswith("Ann Smith left the messages of this service on ")
    assert said == (ends == DeliveryState.CANCELLED)


def test_copy_claimed_before_is_not_handed_over_after(team: Team, ann: Stakeholder) -> None:
    deployment = make_planned(team, NOW)
    dispatch.expand_due()
    claimed = {copy.address: copy for copy in dispatch.claim(50)}
    subscribing.leave(Subscriber(team.service, ann.address, None, ann), actor=None)
    assert not dispatch.begin(claimed["ann@example.net"])
    assert dispatch.begin(claimed["member@example.org"])
    assert deployment.messages.first().deliveries.get(address=ann.address).state == "cancelled"


def test_copy_that_a_server_put_off_while_they_left_is_not_tried_again(
    team: Team, ann: Stakeholder
) -> None:
    make_planned(team, NOW)
    dispatch.expand_due()
    [copy] = [one for one in dispatch.claim(50) if one.address == ann.address]
    assert dispatch.begin(copy)
    subscribing.leave(Subscriber(team.service, ann.address, None, ann), actor=None)
    dispatch.note(copy, Outcome(Result.LATER, "451 greylisted"))
    Delivery.objects.update(due_at=copy.due_at)
    [again] = [one for one in dispatch.claim(50) if one.address == ann.address]
    assert dispatch.settle([again]) == []
    copy.refresh_from_db()
    assert (copy.state, copy.last_error) == (
        "cancelled", "They left the messages of this service.",
    )  # fmt: skip


def test_nobody_who_left_is_owed_a_correction_or_gets_a_cancellation(
    team: Team, ann: Stakeholder
) -> None:
    deployment = make_planned(team, t0_in=THREE_HOURS)
    tell_notice(deployment)
    assert "ann@example.net" in {one.reader for one in readers.copies_of(deployment)}
    subscribing.leave(Subscriber(team.service, ann.address, None, ann), actor=None)
    assert "ann@example.net" not in {one.reader for one in readers.copies_of(deployment)}


def test_line_with_their_address_besides_tells_them_nothing(team: Team) -> None:
    make_ann(team)
    line = PlanLine(
        "notice", "t0", timedelta(hours=-24), "x", audience=("ops_lead",),
        addresses=("Ann@example.net", "ANN@EXAMPLE.NET", "press@example.net", "press@example.net"),
    )  # fmt: skip
    deployment = make_planned(team, line)
    [message] = deployment.messages.all()
    assert addresses(message, deployment) == [
        "ann@example.net",
        "ops_lead@example.org",
        "press@example.net",
    ]
    row = Stakeholder.objects.get()
    subscribing.leave(Subscriber(team.service, row.address, None, row), actor=None)
    listing.take_out(row, actor=team.release_manager)
    assert addresses(message, deployment) == ["ops_lead@example.org", "press@example.net"]


def addresses(message: Message, deployment: Deployment) -> list[str]:
    return sorted(one.address for one in readers.readers_of(message, deployment))


def test_comment_that_names_them_mails_them_nothing(team: Team) -> None:
    deployment = make_planned(team)
    subscribing.leave(of_account(team.service, team.stakeholder), actor=team.stakeholder)
    comments.comment(deployment.pk, text="@stakeholder look", actor=team.member)
    event = Event.objects.get(verb="commented")
    with transaction.atomic():
        assert occasions.mention(Deployment.objects.lock(deployment.pk), event) is None


def test_copy_that_failed_is_not_sent_again_to_whoever_left(team: Team, ann: Stakeholder) -> None:
    deployment = make_planned(team, NOW)
    copy = make_copy(deployment.messages.first(), DeliveryState.FAILED, ann.address)
    subscribing.leave(Subscriber(team.service, ann.address, None, ann), actor=None)
    with pytest.raises(Refused) as refused:
        settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead)
    assert refused.value.sentence == (
        "Lost left the messages of Storage layer; only they come back."
    )


def test_whoever_left_and_signs_later_is_told_again(team: Team) -> None:
    subscribing.leave(of_account(team.service, team.stakeholder), actor=team.stakeholder)
    assert team.stakeholder.email not in told(team.service)
    make_stand_in(team.service, team.security, team.stakeholder)
    assert team.stakeholder.email in told(team.service)


def test_leaving_one_service_says_nothing_of_another(team: Team) -> None:
    other = Service.objects.create(key="other", title="Other")
    for service in (team.service, other):
        Stakeholder.objects.create(service=service, name="Ann", address="ann@example.net")
    row = Stakeholder.objects.get(service=other)
    subscribing.leave(Subscriber(other, row.address, None, row), actor=None)
    assert ("ann@example.net" in told(team.service), told(other)) == (True, set())


# Coming back


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


# The page “Subscriptions”


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


# One person, one copy


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
