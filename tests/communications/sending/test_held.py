"""A held portal: nothing leaves, whatever is due, and what becomes of it on release."""

from __future__ import annotations

from datetime import timedelta

import pytest

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind, MessageState
from communications.models import Delivery, Message, Trial
from communications.sending import backlog, dispatch, leaving, releasing
from communications.trials import rehearsal, trying
from deployments import clock, portal_hold, ticks
from deployments.enums import Anchor
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Event, PortalHold, Tick
from tests.builders import Team, make_administrator
from tests.communications.conftest import make_copy, make_planned
from tests.communications.smtp_witness import Witness

DUE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Final go/no-go")
LATER = PlanLine(Kind.NOTICE, Anchor.T0, -timedelta(minutes=30), "Nearly there")
REASON = "It left before the disk died."


def hold() -> None:
    portal_hold.hold("A backup was restored.", None, restored=False, using="default")


def states() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "state"))


def test_nothing_leaves_and_no_copy_is_written_while_held(team: Team, witness: Witness) -> None:
    make_planned(team, DUE)
    hold()
    sender.sweep()
    assert (witness.taken, Delivery.objects.count()) == ([], 0)
    assert states() == [("go_no_go", "planned")]


def test_copy_that_is_claimed_does_not_begin_once_the_portal_is_held(team: Team) -> None:
    make_planned(team, DUE)
    dispatch.expand_due()
    copy, *_ = dispatch.settle(dispatch.claim(1))
    hold()
    assert not leaving.begin([copy]).copies
    assert dispatch.claim(100) == []
    assert Delivery.objects.get(pk=copy.pk).state == DeliveryState.CLAIMED


def test_test_copies_wait_while_held(team: Team, witness: Witness) -> None:
    deployment = make_planned(team, DUE)
    message = deployment.messages.get()
    trying.send_to_me(deployment.pk, message_id=message.pk, actor=team.release_manager)
    hold()
    rehearsal.sweep()
    assert (Trial.objects.get().state, witness.taken) == ("asked", [])


def test_release_lets_what_is_due_leave(team: Team, witness: Witness) -> None:
    make_planned(team, DUE)
    hold()
    releasing.release(actor=make_administrator(), leaves_out=False)
    sender.sweep()
    copies = Delivery.objects.count()
    assert (copies > 0, len(witness.taken)) == (True, copies)


def test_release_may_leave_out_what_is_due_and_nothing_else(team: Team, witness: Witness) -> None:
    deployment = make_planned(team, DUE, LATER)
    hold()
    administrator = make_administrator()
    releasing.release(actor=administrator, leaves_out=True, reason=REASON)
    sender.sweep()
    assert states() == [("go_no_go", "skipped"), ("notice", "planned")]
    assert witness.taken == []
    skipped = Message.objects.get(state=MessageState.SKIPPED)
    assert (skipped.skipped_by, skipped.skip_reason) == (administrator, REASON)
    assert deployment.events.latest("sequence").verb == "message skipped"


def test_waiting_copies_that_are_left_out_are_in_doubt_until_somebody_settles_them(
    team: Team, witness: Witness
) -> None:
    make_planned(team, DUE)
    dispatch.expand_due()
    hold()
    releasing.release(actor=make_administrator(), leaves_out=True, reason=REASON)
    sender.sweep()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"unknown"}
    assert REASON in Delivery.objects.first().last_error
    event = Event.objects.get(verb="portal released")
    assert event.after == {"messages skipped": 0, "copies in doubt": Delivery.objects.count()}
    assert witness.taken == []


def test_what_is_of_no_more_use_is_missed_after_the_release_and_not_skipped(team: Team) -> None:
    make_planned(team, DUE)
    Message.objects.update(useful_until=clock.now() - timedelta(minutes=1))
    hold()
    assert releasing.listed(clock.now(), 10) == []
    releasing.release(actor=make_administrator(), leaves_out=True, reason=REASON)
    sender.sweep()
    assert states() == [("go_no_go", "missed")]


def test_release_is_an_act_of_administrators_with_a_reason_where_something_is_left_out(
    team: Team,
) -> None:
    hold()
    with pytest.raises(Forbidden):
        releasing.release(actor=team.ops_lead, leaves_out=False)
    administrator = make_administrator()
    with pytest.raises(Invalid):
        releasing.release(actor=administrator, leaves_out=True, reason=" ")
    assert PortalHold.objects.exists()
    releasing.release(actor=administrator, leaves_out=False)
    with pytest.raises(Refused, match="somebody was faster"):
        releasing.release(actor=administrator, leaves_out=False)


def test_restoring_leaves_in_doubt_what_was_leaving_and_gives_no_id_again(
    real_team: Team,
) -> None:
    deployment = make_planned(real_team, DUE)
    message = deployment.messages.get()
    for state in DeliveryState.values:
        make_copy(message, state, f"{state}@example.net")
    portal_hold.hold("A backup was restored.", clock.now(), restored=True, using="owner")
    doubtful = Delivery.objects.filter(state=DeliveryState.UNKNOWN)
    assert sorted(doubtful.values_list("address", flat=True)) == [
        "claimed@example.net",
        "dispatching@example.net",
        "unknown@example.net",
    ]
    later = make_planned(real_team, DUE).messages.get()
    assert later.pk > message.pk + portal_hold.IDS_SKIPPED


def test_backlog_waits_from_when_a_copy_could_leave_through_every_retry(team: Team) -> None:
    message = make_planned(team, DUE).messages.get()
    assert backlog.waiting_since(clock.now()) == message.written_at
    dispatch.expand_due()
    message.refresh_from_db()
    assert backlog.waiting_since(clock.now()) == message.expanded_at
    later = clock.now() + timedelta(minutes=1)
    Delivery.objects.update(state=DeliveryState.RETRY, due_at=later)
    assert backlog.waiting_since(clock.now()) == message.expanded_at
    hold()
    assert backlog.waiting_since(clock.now()) is None


def test_sweep_notes_what_waits(team: Team, witness: Witness) -> None:
    make_planned(team, DUE)
    witness.stop()
    sender.sweep()
    sender.sweep()
    assert Tick.objects.get(name=ticks.MAIL).waiting_since == Message.objects.get().expanded_at
