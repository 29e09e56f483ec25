"""What a person does about messages: other words, holding back, copies in doubt, test copies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from communications import services as messages
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind, MessageState
from communications.models import Delivery, Message, Trial
from communications.plan import pausing, rewording
from communications.sending import dispatch, leaving, settling
from communications.sending.handover import Outcome, Result
from communications.sending.leaving import Begun
from communications.trials import rehearsal, trying
from deployments import clock, outbox
from deployments import services as deployments
from deployments.enums import Anchor
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from tests.builders import Team
from tests.communications.conftest import leave, make_copy, make_planned
from tests.communications.mails import letter_to
from tests.communications.smtp_witness import Witness

HOUR = timedelta(hours=1)
GO = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Go?", "As planned")


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_planned(team, GO, t0_in=HOUR)


def only(deployment: Deployment) -> Message:
    return deployment.messages.get()


def reword(deployment: Deployment, team: Team, text: str, shown: str = "As planned") -> None:
    message = deployment.messages.get(state=MessageState.PLANNED)
    rewording.reword(
        deployment.pk, message.pk, text, actor=team.ops_lead, shown=rewording.fingerprint(shown)
    )


def test_reworded_message_says_its_own_words_and_the_line_stays(
    deployment: Deployment, team: Team
) -> None:
    reword(deployment, team, " Bring tea ")
    message = only(deployment)
    assert (message.text, message.reworded_by) == ("Bring tea", team.ops_lead)
    assert deployment.message_plan.get().text == "As planned"
    assert "Bring tea" in letter_to(team.member, message, deployment).text
    event = deployment.events.get(verb="message reworded")
    assert (event.before, event.after) == ({"text": "As planned"}, {"text": "Bring tea"})


def test_saving_the_same_words_is_no_event(deployment: Deployment, team: Team) -> None:
    reword(deployment, team, "As planned")
    assert not deployment.events.filter(verb="message reworded").exists()


def test_words_that_somebody_else_changed_are_not_replaced(
    deployment: Deployment, team: Team
) -> None:
    reword(deployment, team, "First")
    with pytest.raises(Overtaken) as refused:
        reword(deployment, team, "Second")
    assert refused.value.sentence == (
        f"{team.ops_lead} changed these words meanwhile; nothing of yours is saved."
    )


def test_own_words_go_with_the_message_to_another_time(deployment: Deployment, team: Team) -> None:
    reword(deployment, team, "Bring tea")
    deployments.schedule(deployment.pk, clock.now() + 9 * HOUR, actor=team.release_manager)
    outbox.deliver_due()
    moved = deployment.messages.get(kind=Kind.GO_NO_GO, state=MessageState.PLANNED)
    assert (moved.schedule_revision, moved.text, moved.reworded_by) == (
        2, "Bring tea", team.ops_lead,
    )  # fmt: skip


def test_words_of_a_message_that_left_are_final(deployment: Deployment, team: Team) -> None:
    leave(only(deployment))
    with pytest.raises(Refused, match="has already begun to leave"):
        rewording.reword(deployment.pk, only(deployment).pk, "Late", actor=team.ops_lead, shown="")


def test_nothing_of_the_plan_leaves_while_it_is_held_back(
    deployment: Deployment, team: Team
) -> None:
    pausing.hold_all(deployment.pk, actor=team.ops_lead, reason="The time is open")
    dispatch.expand_due()
    assert only(deployment).state == MessageState.PLANNED
    with pytest.raises(Refused) as refused:
        messages.send_now(deployment.pk, only(deployment).pk, actor=team.ops_lead)
    assert refused.value.sentence == (f"{team.ops_lead} holds the messages back: The time is open")
    pausing.release_all(deployment.pk, actor=team.release_manager)
    dispatch.expand_due()
    assert only(deployment).state == MessageState.LEAVING
    verbs = deployment.events.filter(verb__startswith="messages ").order_by("sequence")
    assert list(verbs.values_list("verb", flat=True)) == ["messages held back", "messages released"]


def test_copies_that_are_claimed_wait_too(deployment: Deployment, team: Team) -> None:
    dispatch.expand_due()
    claimed = dispatch.claim(100)
    pausing.hold_all(deployment.pk, actor=team.ops_lead, reason="The time is open")
    assert leaving.begin(claimed).copies == []
    assert dispatch.claim(100) == []
    pausing.release_all(deployment.pk, actor=team.ops_lead)
    Delivery.objects.update(due_at=F("due_at") - leaving.LOOKS_AGAIN_AFTER)
    assert len(dispatch.claim(100)) == len(claimed)


def test_what_stops_a_deployment_leaves_while_the_plan_is_held_back(
    deployment: Deployment, team: Team
) -> None:
    leave(only(deployment))
    pausing.hold_all(deployment.pk, actor=team.ops_lead, reason="The time is open")
    deployments.cancel(deployment.pk, actor=team.release_manager, reason="Not needed")
    outbox.deliver_due()
    dispatch.expand_due()
    assert deployment.messages.get(kind=Kind.CANCELLATION).state == MessageState.LEAVING


def test_holding_needs_a_reason_and_happens_once(deployment: Deployment, team: Team) -> None:
    with pytest.raises(Invalid):
        pausing.hold_all(deployment.pk, actor=team.ops_lead, reason=" ")
    pausing.hold_all(deployment.pk, actor=team.ops_lead, reason="Wait")
    with pytest.raises(Refused, match="already holds the messages back: Wait"):
        pausing.hold_all(deployment.pk, actor=team.release_manager, reason="Again")
    with pytest.raises(Forbidden):
        pausing.release_all(deployment.pk, actor=team.member)


def test_copy_in_doubt_arrived(deployment: Deployment, team: Team) -> None:
    leave(only(deployment))
    copy = make_copy(only(deployment))
    token = copy.token
    settling.arrived(deployment.pk, copy.pk, actor=team.ops_lead)
    copy.refresh_from_db()
    assert (copy.state, copy.sent_at is not None) == (DeliveryState.SENT, True)
    assert copy.token != token
    event = deployment.events.get(verb="copy arrived")
    assert (event.before["state"], event.after) == ("unknown", {"state": "sent", "to": "Lost"})
    with pytest.raises(Refused, match="no longer in doubt: sent"):
        settling.arrived(deployment.pk, copy.pk, actor=team.ops_lead)


def test_copy_is_sent_again_under_its_message_id(deployment: Deployment, team: Team) -> None:
    leave(only(deployment))
    copy = make_copy(only(deployment))
    settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead)
    again = Delivery.objects.get(pk=copy.pk)
    assert (again.state, again.mail_id, again.last_error) == ("scheduled", copy.mail_id, "")
    assert [one.pk for one in dispatch.claim(10)] == [copy.pk]


def test_failed_copy_goes_to_the_mended_address(deployment: Deployment, team: Team) -> None:
    leave(only(deployment))
    copy = make_copy(only(deployment), DeliveryState.FAILED)
    settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead, address="found@example.net")
    again = Delivery.objects.get(pk=copy.pk)
    assert (again.address, again.mail_id != copy.mail_id) == ("found@example.net", True)


def test_copy_of_an_account_goes_to_its_address_of_now(deployment: Deployment, team: Team) -> None:
    leave(only(deployment))
    copy = make_copy(only(deployment), DeliveryState.FAILED)
    Delivery.objects.filter(pk=copy.pk).update(user=team.outsider)
    team.outsider.email = "mended@example.net"
    team.outsider.save()
    settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead, address="other@example.net")
    assert Delivery.objects.get(pk=copy.pk).address == "mended@example.net"


def test_copy_is_not_sent_to_somebody_who_has_one(deployment: Deployment, team: Team) -> None:
    leave(only(deployment))
    copy = make_copy(only(deployment), DeliveryState.FAILED)
    with pytest.raises(Invalid, match="has a copy of this message at"):
        settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead, address=team.member.email)


def test_copy_that_arrived_is_not_sent_again(deployment: Deployment, team: Team) -> None:
    leave(only(deployment))
    copy = make_copy(only(deployment), DeliveryState.SENT)
    with pytest.raises(Refused, match="needs no help: sent"):
        settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead)


def test_late_word_of_a_worker_does_not_undo_what_a_person_said(
    deployment: Deployment, team: Team
) -> None:
    leave(only(deployment))
    copy = make_copy(only(deployment))
    settling.arrived(deployment.pk, copy.pk, actor=team.ops_lead)
    leaving.finish(Begun([copy]), [(copy, Outcome(Result.NEVER, "550 no"))])
    assert Delivery.objects.get(pk=copy.pk).state == DeliveryState.SENT


def test_test_copy_reaches_only_whoever_asked_and_tells_nobody(
    deployment: Deployment, team: Team, witness: Witness
) -> None:
    trying.send_to_me(deployment.pk, actor=team.ops_lead, message_id=only(deployment).pk)
    rehearsal.sweep()
    rehearsal.sweep()
    (taken,) = witness.taken
    assert taken.recipient == team.ops_lead.email
    assert taken.mail["Subject"].strip().startswith("[Test] ")
    assert Trial.objects.get().state == "sent"
    assert (only(deployment).state, Delivery.objects.count()) == (MessageState.PLANNED, 0)


def test_test_copy_of_a_line_that_has_no_message_yet(team: Team, witness: Witness) -> None:
    deployment = make_planned(team)
    summary = deployment.message_plan.get(title="Closing report")
    trying.send_to_me(deployment.pk, actor=team.release_manager, plan_id=summary.pk)
    rehearsal.sweep()
    assert [one.recipient for one in witness.taken] == [team.release_manager.email]


def test_test_copy_that_nobody_takes_says_so(
    deployment: Deployment, team: Team, settings: Settings
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    trying.send_to_me(deployment.pk, actor=team.ops_lead, message_id=only(deployment).pk)
    rehearsal.sweep()
    trial = Trial.objects.get()
    assert trial.state == "failed"
    assert trial.said.startswith("The mail server cannot be reached:")


def test_test_copy_of_a_worker_that_died_is_given_up(deployment: Deployment, team: Team) -> None:
    trying.send_to_me(deployment.pk, actor=team.ops_lead, message_id=only(deployment).pk)
    Trial.objects.update(state="taken", lease_until=clock.now() - HOUR)
    rehearsal.sweep()
    assert Trial.objects.get().said == "The worker ended."


def test_test_copies_are_few_and_only_for_those_who_handle_messages(
    deployment: Deployment, team: Team
) -> None:
    pk = only(deployment).pk
    with pytest.raises(Forbidden):
        trying.send_to_me(deployment.pk, actor=team.member, message_id=pk)
    for _ in range(trying.MOST_IN_AN_HOUR):
        trying.send_to_me(deployment.pk, actor=team.ops_lead, message_id=pk)
    with pytest.raises(Refused, match="You had 20 test copies within the hour"):
        trying.send_to_me(deployment.pk, actor=team.ops_lead, message_id=pk)
