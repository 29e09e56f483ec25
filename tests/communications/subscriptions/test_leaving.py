"""Who may leave, who may not and is told why, and what no longer goes to whoever left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.db import transaction
from django.urls import reverse

from communications.definitions import PlanLine
from communications.enums import DeliveryState
from communications.forms import key_of
from communications.models import Delivery, OptOut, Stakeholder
from communications.occasions import by_name
from communications.sending import dispatch, leaving, settling
from communications.sending.handover import Outcome, Result
from communications.subscriptions import links, listing, subscribing
from communications.subscriptions.listing import Entry
from communications.subscriptions.subscribers import Subscriber, of_account, ties_of
from communications.whom import audience, readers
from communications.whom.audience import Recipient
from deployments import comments, services
from deployments.enums import Grant
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment, Event, Service
from tests.builders import Team, make_stand_in, signed_in
from tests.communications.conftest import make_ann, make_copy, make_planned, tell_notice
from tests.communications.subscriptions.leaving import (
    NOW,
    ONE_CLICK,
    THREE_HOURS,
    addresses,
    strict,
    told,
)

pytestmark = pytest.mark.django_db

BOUND = ["release_manager", "ops_lead", "member", "auditor", "security", "product_owner"]


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


def test_preview_shows_nobody_elses_link(team: Team, ann: Stakeholder) -> None:
    deployment = make_planned(team)
    plan = deployment.message_plan.first()
    address = reverse("communications:preview", args=[deployment.pk, plan.pk])
    asked = {"reader_key": key_of(Recipient("", "ann@example.net", "UTC"))}
    shown = signed_in(team.member).get(address, asked).content.decode()
    assert "http://127.0.0.1:8000/subscription/…" in shown
    assert (".invalid" in shown, links.of_entry(ann) in shown) == (False, False)


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
    message = make_planned(team).messages.earliest("due_at")
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
    assert not leaving.begin([claimed["ann@example.net"]]).copies
    assert leaving.begin([claimed["member@example.org"]]).copies
    assert deployment.messages.first().deliveries.get(address=ann.address).state == "cancelled"


def test_copy_that_a_server_put_off_while_they_left_is_not_tried_again(
    team: Team, ann: Stakeholder
) -> None:
    make_planned(team, NOW)
    dispatch.expand_due()
    [copy] = [one for one in dispatch.claim(50) if one.address == ann.address]
    begun = leaving.begin([copy])
    assert begun.copies
    subscribing.leave(Subscriber(team.service, ann.address, None, ann), actor=None)
    leaving.finish(begun, [(copy, Outcome(Result.LATER, "451 greylisted"))])
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


def test_comment_that_names_them_mails_them_nothing(team: Team) -> None:
    deployment = make_planned(team)
    subscribing.leave(of_account(team.service, team.stakeholder), actor=team.stakeholder)
    comments.comment(deployment.pk, text="@stakeholder look", actor=team.member)
    event = Event.objects.get(verb="commented")
    with transaction.atomic():
        assert by_name.mention(Deployment.objects.lock(deployment.pk), event) is None


def test_copy_that_failed_is_not_sent_again_to_whoever_left(team: Team, ann: Stakeholder) -> None:
    deployment = make_planned(team, NOW)
    copy = make_copy(deployment.messages.earliest("due_at"), DeliveryState.FAILED, ann.address)
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


@pytest.fixture
def moved(team: Team) -> Stakeholder:
    """On the list with the address of before; the account has another one by now."""
    return Stakeholder.objects.create(
        service=team.service, name="Out", address="before@example.net", user=team.outsider
    )


@pytest.mark.parametrize("kept_wrongly", [False, True])
def test_address_of_an_account_that_left_can_be_listed_beside_its_older_entry(
    team: Team, moved: Stakeholder, *, kept_wrongly: bool
) -> None:
    subscribing.leave(of_account(team.service, team.outsider), actor=team.outsider)
    if kept_wrongly:
        OptOut.objects.filter(address=team.outsider.email).update(key=moved.key)
    entries = [Entry("Out", "OUTSIDER@example.org"), Entry("Bob", "bob@example.net")]
    rows = listing.add(team.service, entries, actor=team.release_manager)
    assert len({moved.key, *(row.key for row in rows)}) == 3
    listing.take_out(rows[0], actor=team.release_manager)
    listing.edit(rows[1], entries[0], actor=team.release_manager)
    assert Stakeholder.objects.get(pk=rows[1].pk).key != moved.key
    assert told(team.service).isdisjoint({"OUTSIDER@example.org", "before@example.net"})


def test_account_that_leaves_takes_the_older_address_of_its_entry_with_it(
    team: Team, moved: Stakeholder
) -> None:
    link = links.of_entry(moved)
    subscribing.leave(of_account(team.service, team.outsider), actor=team.outsider)
    listing.take_out(moved, actor=team.release_manager)
    [again] = listing.add(
        team.service, [Entry("Out", "before@example.net")], actor=team.release_manager
    )
    assert links.of_entry(again) == link
    assert "before@example.net" not in told(team.service)
    services.grant(team.service, Grant.STAKEHOLDER, team.outsider, actor=None)
    subscribing.come_back(of_account(team.service, team.outsider), actor=team.outsider)
    assert not OptOut.objects.exists()
