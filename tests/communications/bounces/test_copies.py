"""Mail that came back: what becomes of its copy, and when its address counts as bouncing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from communications import panels
from communications.bounces.bouncing import Noted, note
from communications.bounces.reports import Bounced
from communications.enums import BounceKind, DeliveryState
from communications.models import BouncingAddress, Delivery
from communications.sending import leaving
from communications.sending.handover import Outcome, Result
from communications.sending.leaving import Begun
from communications.whom.ledgers import ledger_of
from deployments import clock
from deployments.models import Deployment, Event
from tests.builders import Team
from tests.communications.bounces.makers import GO, HOUR, copy_to, of
from tests.communications.conftest import (
    leave,
    make_bouncing,
    make_copy,
    make_planned,
)


def test_hard_bounce_marks_the_copy_and_leaves_the_address_alone(
    deployment: Deployment, machine: User
) -> None:
    copy = copy_to(deployment, "security@example.org")
    said = of(copy)
    assert note(said, reporter=machine) == Noted.COPY
    sent_at = copy.sent_at
    copy.refresh_from_db()
    assert (copy.state, copy.bounce, copy.bounced_at) == ("bounced", "hard", said.at)
    assert (copy.last_error, copy.sent_at) == ("550 no such user", sent_at)
    row = BouncingAddress.objects.get()
    assert (row.address, row.kind, row.since) == ("security@example.org", "hard", said.at)
    event = deployment.events.get(verb="copy bounced")
    assert (event.actor, event.reason) == (machine, "550 no such user")
    assert event.after == {
        "state": "bounced", "to": "Security", "kind": "hard", "address left": True,
    }  # fmt: skip


def test_report_that_comes_twice_counts_once(deployment: Deployment, machine: User) -> None:
    said = of(copy_to(deployment, "security@example.org"))
    for _ in range(2):
        assert note(said, reporter=machine) == Noted.COPY
    assert deployment.events.filter(verb="copy bounced").count() == 1


@pytest.mark.parametrize("mail_id", ["{}", "<{}>", " <{}> "])
def test_message_id_is_known_with_and_without_brackets(
    mail_id: str, deployment: Deployment, machine: User
) -> None:
    copy = copy_to(deployment, "security@example.org")
    said = replace(of(copy), message_id=mail_id.format(copy.mail_id.strip("<>")))
    assert note(said, reporter=machine) == Noted.COPY


def test_message_id_with_another_address_marks_no_copy(
    deployment: Deployment, machine: User
) -> None:
    copy = copy_to(deployment, "security@example.org")
    said = replace(of(copy), address="nobody@example.net")
    assert note(said, reporter=machine) == Noted.NOTHING
    copy.refresh_from_db()
    assert (copy.state, BouncingAddress.objects.count()) == (DeliveryState.SENT, 0)


def test_known_address_without_a_message_id_is_left_alone(
    deployment: Deployment, machine: User
) -> None:
    said = Bounced("Security@Example.org", "hard", "gone", clock.now(), "<unknown@example.org>")
    assert note(said, reporter=machine) == Noted.ADDRESS
    assert BouncingAddress.objects.get().address == "security@example.org"
    event = Event.objects.get(verb="address bounces")
    assert (event.chain, event.actor, event.after) == (
        "portal", machine, {"address": "security@example.org", "kind": "hard"},
    )  # fmt: skip
    assert copy_to(deployment, "security@example.org").state == DeliveryState.SENT


def test_address_of_nobody_is_not_noted(deployment: Deployment, machine: User) -> None:
    said = Bounced("eve@example.net", "hard", "gone", clock.now())
    assert note(said, reporter=machine) == Noted.NOTHING
    assert (BouncingAddress.objects.count(), Event.objects.filter(chain="portal").count()) == (0, 0)


def test_soft_bounce_without_a_copy_of_ours_says_nothing(
    deployment: Deployment, machine: User
) -> None:
    said = Bounced("security@example.org", "soft", "full", clock.now())
    assert note(said, reporter=machine) == Noted.NOTHING
    assert BouncingAddress.objects.count() == 0


def test_three_soft_bounces_in_a_row_and_no_fewer(team: Team, machine: User) -> None:
    copies = []
    for hours in (1, 2, 3):
        deployment = make_planned(team, GO, t0_in=timedelta(days=hours))
        leave(deployment.messages.get())
        copies.append(copy_to(deployment, "security@example.org"))
    found = []
    for copy in copies:
        note(of(copy, BounceKind.SOFT, "mailbox full"), reporter=machine)
        found.append(BouncingAddress.objects.count())
    assert found == [0, 0, 1]
    assert BouncingAddress.objects.get().kind == "soft"


def test_copy_between_that_arrived_begins_the_count_anew(team: Team, machine: User) -> None:
    copies = []
    for hours in (1, 2, 3, 4):
        deployment = make_planned(team, GO, t0_in=timedelta(days=hours))
        leave(deployment.messages.get())
        copies.append(copy_to(deployment, "security@example.org"))
    for copy in (copies[0], copies[1], copies[3]):
        note(of(copy, BounceKind.SOFT, "mailbox full"), reporter=machine)
    assert BouncingAddress.objects.count() == 0


def test_hard_bounce_after_a_soft_one_is_worse_and_counts(
    deployment: Deployment, machine: User
) -> None:
    copy = copy_to(deployment, "security@example.org")
    for kind in (BounceKind.SOFT, BounceKind.HARD, BounceKind.SOFT):
        note(of(copy, kind), reporter=machine)
    copy.refresh_from_db()
    assert (copy.bounce, deployment.events.filter(verb="copy bounced").count()) == ("hard", 2)


def test_complaint_leaves_the_copy_as_sent_and_the_address_alone(
    deployment: Deployment, machine: User
) -> None:
    copy = copy_to(deployment, "security@example.org")
    note(of(copy, BounceKind.COMPLAINT, "abuse"), reporter=machine)
    copy.refresh_from_db()
    assert (copy.state, copy.bounce) == (DeliveryState.SENT, "complaint")
    assert BouncingAddress.objects.get().kind == "complaint"


@pytest.mark.parametrize("first", [BounceKind.SOFT, BounceKind.HARD])
def test_complaint_about_a_copy_that_bounced_says_that_it_arrived(
    first: str, deployment: Deployment, machine: User
) -> None:
    """Of an out-of-office, providers say that the mail could not be delivered this time."""
    copy = copy_to(deployment, "security@example.org")
    note(of(copy, first, "out of the office"), reporter=machine)
    for _ in range(2):
        assert note(of(copy, BounceKind.COMPLAINT, "abuse"), reporter=machine) == Noted.COPY
    copy.refresh_from_db()
    assert (copy.state, copy.bounce, copy.last_error) == ("sent", "complaint", "abuse")
    assert copy.sent_at is not None
    event = deployment.events.filter(verb="copy bounced").latest("sequence")
    assert (event.before["state"], event.after["state"]) == ("bounced", "sent")
    assert BouncingAddress.objects.filter(address="security@example.org").exists()


def test_bounce_that_is_faster_than_the_senders_note_stays(
    deployment: Deployment, machine: User
) -> None:
    copy = copy_to(deployment, "security@example.org")
    Delivery.objects.filter(pk=copy.pk).update(state=DeliveryState.DISPATCHING, sent_at=None)
    copy.refresh_from_db()
    note(of(copy), reporter=machine)
    leaving.finish(Begun([copy]), [(copy, Outcome(Result.ACCEPTED))])
    copy.refresh_from_db()
    assert (copy.state, copy.sent_at is not None) == (DeliveryState.BOUNCED, True)


def test_bounce_of_a_copy_that_waits_again_keeps_it_waiting(
    deployment: Deployment, machine: User
) -> None:
    copy = make_copy(deployment.messages.get(), DeliveryState.RETRY, "lost@example.net")
    note(of(copy), reporter=machine)
    copy.refresh_from_db()
    assert (copy.state, copy.bounce) == (DeliveryState.RETRY, "hard")
    assert BouncingAddress.objects.get().address == "lost@example.net"


def test_whoever_did_not_get_it_counts_as_not_told(deployment: Deployment, machine: User) -> None:
    note(of(copy_to(deployment, "security@example.org")), reporter=machine)
    rows = {row.address: row for row in BouncingAddress.objects.all()}
    (first, *others) = ledger_of(deployment, rows.values()).promises
    assert (first.address, first.last, first.words, first.state) == (
        "security@example.org", None, "Bounces", "bounced",
    )  # fmt: skip
    assert {one.words for one in others} == {"Still true"}


def test_timeline_says_that_a_copy_bounced(deployment: Deployment, machine: User) -> None:
    note(of(copy_to(deployment, "security@example.org")), reporter=machine)
    (entry,) = panels.messages_panel(deployment)["entries"]
    assert (entry.state, entry.troubles, entry.reasons) == (
        "bounced", "1 bounced", ["550 no such user"],
    )  # fmt: skip


def test_database_keeps_bounces_whole(deployment: Deployment) -> None:
    copies = Delivery.objects.filter(message__deployment=deployment)
    for wrong in (
        {"state": "bounced"},
        {"bounce": "hard"},
        {"state": "bounced", "bounce": "complaint", "bounced_at": clock.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            copies.update(**wrong)
    row = make_bouncing("security@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_bouncing("security@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        BouncingAddress.objects.filter(pk=row.pk).update(cleared_at=clock.now())


def test_report_from_the_future_counts_from_now(deployment: Deployment, machine: User) -> None:
    said = replace(of(copy_to(deployment, "security@example.org")), at=clock.now() + HOUR)
    note(said, reporter=machine)
    assert BouncingAddress.objects.get().since <= clock.now()
