"""Due messages leave by a real SMTP server, once to each, whatever that server does."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind, MessageState
from communications.models import Delivery, Message, Stakeholder
from communications.sending import dispatch, leaving
from deployments import clock, outbox, services
from deployments.enums import Anchor
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness

HOUR = timedelta(hours=1)
NOW = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")


def states(deployment: Deployment) -> dict[str, str]:
    rows = Delivery.objects.filter(message__deployment=deployment)
    return {copy.address: copy.state for copy in rows}


def addresses(team: Team) -> list[str]:
    told = [person for name, person in team.people.items() if name != "outsider"]
    return sorted(person.email for person in told)


def test_due_message_leaves_once_to_each(real_team: Team, witness: Witness) -> None:
    deployment = make_planned(real_team, NOW)
    sender.sweep()
    sender.sweep()
    assert witness.recipients() == addresses(real_team)
    assert set(states(deployment).values()) == {DeliveryState.SENT}
    assert witness.recipients_per_mail == {1}
    assert Event.objects.filter(verb="message sent").count() == 1


def test_message_that_is_not_due_stays(real_team: Team, witness: Witness) -> None:
    deployment = make_planned(real_team, NOW, t0_in=3 * HOUR)
    sender.sweep()
    assert witness.taken == []
    assert states(deployment) == {}


def test_one_person_gets_one_copy_whatever_the_case_of_the_address(
    real_team: Team, witness: Witness
) -> None:
    Stakeholder.objects.create(
        service=real_team.service, name="Sam", address="SECURITY@example.org"
    )
    Stakeholder.objects.create(service=real_team.service, name="Ann", address="ann@example.net")
    make_planned(real_team, NOW)
    sender.sweep()
    assert witness.recipients() == sorted([*addresses(real_team), "ann@example.net"])


def test_mails_wait_while_the_server_is_down_and_leave_when_it_is_back(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    witness.stop()
    sender.sweep()
    assert set(states(deployment).values()) == {DeliveryState.RETRY}
    move_clock(timedelta(minutes=2))
    sender.sweep()
    assert set(states(deployment).values()) == {DeliveryState.RETRY}
    witness.start()
    move_clock(timedelta(minutes=2))
    sender.sweep()
    assert set(states(deployment).values()) == {DeliveryState.SENT}
    assert witness.recipients() == addresses(real_team)


def test_copy_refused_for_now_is_tried_again(real_team: Team, witness: Witness) -> None:
    deployment = make_planned(real_team, NOW)
    witness.answers["security@example.org"] = ["451 greylisted"]
    sender.sweep()
    refused = Delivery.objects.get(address="security@example.org")
    assert (refused.state, refused.last_error) == (DeliveryState.RETRY, "451 greylisted")
    move_clock(timedelta(minutes=1))
    sender.sweep()
    assert set(states(deployment).values()) == {DeliveryState.SENT}
    assert witness.recipients() == addresses(real_team)


def test_copy_refused_for_good_fails_and_the_others_leave(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    witness.always["security@example.org"] = "550 no such person"
    sender.sweep()
    expected = dict.fromkeys(addresses(real_team), DeliveryState.SENT.value)
    expected["security@example.org"] = DeliveryState.FAILED.value
    assert states(deployment) == expected
    assert Delivery.objects.get(state="failed").last_error == "550 no such person"


def test_connection_that_breaks_before_the_content_is_tried_again(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    witness.answers["security@example.org"] = ["drop"]
    sender.sweep()
    assert states(deployment)["security@example.org"] == DeliveryState.RETRY
    move_clock(timedelta(minutes=1))
    sender.sweep()
    assert witness.recipients() == addresses(real_team)


def test_connection_that_breaks_instead_of_an_answer_leaves_it_unknown(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    witness.always["security@example.org"] = "swallow"
    sender.sweep()
    move_clock(timedelta(minutes=1))
    sender.sweep()
    expected = dict.fromkeys(addresses(real_team), DeliveryState.SENT.value)
    expected["security@example.org"] = DeliveryState.UNKNOWN.value
    assert states(deployment) == expected
    assert witness.doubled() == {}


def test_copy_whose_worker_died_while_handing_over_is_unknown(
    real_team: Team, witness: Witness
) -> None:
    make_planned(real_team, NOW)
    dispatch.expand_due()
    (copy,) = dispatch.claim(1)
    assert leaving.begin([copy]).copies == [copy]
    move_clock(leaving.HANDOVER_LEASE)
    sender.sweep()
    copy.refresh_from_db()
    assert (copy.state, copy.last_error) == (DeliveryState.UNKNOWN, dispatch.LOST)
    assert copy.address not in witness.recipients()


def test_copy_whose_worker_died_before_handing_over_leaves_later(
    real_team: Team, witness: Witness
) -> None:
    make_planned(real_team, NOW)
    dispatch.expand_due()
    stale = dispatch.claim(5)
    move_clock(leaving.CLAIM_LEASE)
    sender.sweep()
    assert witness.recipients() == addresses(real_team)
    assert leaving.begin(stale).copies == []


def test_workers_that_sweep_at_once_send_nothing_twice(real_team: Team, witness: Witness) -> None:
    for number in range(30):
        Stakeholder.objects.create(
            service=real_team.service, name=f"Person {number}", address=f"p{number}@example.net"
        )
    make_planned(real_team, NOW, PlanLine(Kind.NOTICE, Anchor.T0, -1.5 * HOUR, "Notice"))

    def work() -> None:
        try:
            sender.sweep()
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert witness.doubled() == {}
    assert len(witness.taken) == 2 * (len(addresses(real_team)) + 30)
    assert Event.objects.filter(verb="message sent").count() == 2


def test_message_of_an_older_time_is_superseded(real_team: Team, witness: Witness) -> None:
    deployment = make_planned(real_team, NOW)
    services.schedule(deployment.pk, clock.now() + 5 * HOUR, actor=real_team.release_manager)
    sender.sweep()
    assert witness.taken == []
    assert [message.state for message in Message.objects.all()] == [MessageState.SUPERSEDED]


def test_copies_of_an_older_time_are_superseded_and_the_new_time_is_planned(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    dispatch.expand_due()
    copies = dispatch.claim(3)
    services.schedule(deployment.pk, clock.now() + 5 * HOUR, actor=real_team.release_manager)
    assert dispatch.settle(copies[:1]) == []
    assert leaving.begin(copies[1:]).copies == []
    outbox.deliver_due()
    sender.sweep()
    assert set(states(deployment).values()) == {DeliveryState.SUPERSEDED}
    assert witness.taken == []
    planned = Message.objects.get(state=MessageState.PLANNED)
    deployment.refresh_from_db()
    assert deployment.t0 is not None
    assert planned.schedule_revision == deployment.schedule_revision
    assert planned.due_at == deployment.t0 - 2 * HOUR


def test_message_past_its_usefulness_is_missed(real_team: Team, witness: Witness) -> None:
    make_planned(real_team, PlanLine(Kind.NOTICE, Anchor.T0, -24 * HOUR, "Notice"))
    sender.sweep()
    assert witness.taken == []
    assert Message.objects.get().state == MessageState.MISSED
    assert Event.objects.filter(verb="message missed").count() == 1


def test_copies_that_outlast_their_usefulness_are_missed(real_team: Team, witness: Witness) -> None:
    deployment = make_planned(real_team, NOW)
    witness.stop()
    sender.sweep()
    move_clock(2 * HOUR)
    sender.sweep()
    assert set(states(deployment).values()) == {DeliveryState.MISSED}


@pytest.mark.parametrize("state", ["draft", "on_hold", "no_go"])
def test_message_before_t0_waits_outside_review_and_go(
    state: str, real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    Deployment.objects.filter(pk=deployment.pk).update(state=state)
    sender.sweep()
    assert witness.taken == []
    assert Message.objects.get().state == MessageState.PLANNED
    Deployment.objects.filter(pk=deployment.pk).update(state="go")
    sender.sweep()
    assert witness.recipients() == addresses(real_team)


@pytest.mark.parametrize("kind", ["start", "complete", "summary"])
def test_message_that_tells_what_happened_waits_until_it_did(
    kind: str, real_team: Team, witness: Witness
) -> None:
    at_t0 = PlanLine(kind, Anchor.T0, timedelta(0), "Planned by the clock")
    deployment = make_planned(real_team, at_t0, t0_in=timedelta(minutes=1))
    move_clock(timedelta(minutes=2))
    sender.sweep()
    assert (witness.taken, states(deployment)) == ([], {})
    now = clock.now()
    happened = {"state": "in_progress", "started_at": now}
    if kind != "start":
        happened = {"state": "watching", "started_at": now, "completed_at": now}
    Deployment.objects.filter(pk=deployment.pk).update(**happened)
    sender.sweep()
    assert witness.recipients() == addresses(real_team)


def test_copies_before_t0_wait_while_the_deployment_is_on_hold(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOW)
    dispatch.expand_due()
    copies = dispatch.claim(2)
    Deployment.objects.filter(pk=deployment.pk).update(state="on_hold")
    assert dispatch.settle(copies) == []
    sender.sweep()
    assert set(states(deployment).values()) == {DeliveryState.SCHEDULED}
    Deployment.objects.filter(pk=deployment.pk).update(state="in_review")
    move_clock(leaving.LOOKS_AGAIN_AFTER)
    sender.sweep()
    assert witness.recipients() == addresses(real_team)


def test_nothing_of_a_cancelled_deployment_leaves(real_team: Team, witness: Witness) -> None:
    deployment = make_planned(real_team, NOW)
    services.cancel(deployment.pk, actor=real_team.release_manager, reason="Not needed any more")
    sender.sweep()
    assert witness.taken == []
    assert Message.objects.get().state == MessageState.CANCELLED


def test_text_that_cannot_be_written_fails_and_the_other_messages_leave(
    real_team: Team, witness: Witness
) -> None:
    make_planned(real_team, NOW, PlanLine("poem", Anchor.T0, -2 * HOUR, "No template for this"))
    sender.sweep()
    assert witness.recipients() == addresses(real_team)
    failed = Delivery.objects.filter(state=DeliveryState.FAILED)
    assert failed.count() == len(addresses(real_team))
    assert "poem/subject.txt" in failed[0].last_error
    told = Event.objects.get(verb="message not written")
    assert (told.object_text, told.reason) == (str(failed[0].message), failed[0].last_error)


def test_no_value_opens_a_header_of_its_own(real_team: Team, witness: Witness) -> None:
    evil = "x\r\nBcc: thief@example.net\r\n\r\nbody"
    Stakeholder.objects.create(service=real_team.service, name=evil, address="ann@example.net")
    Stakeholder.objects.create(
        service=real_team.service, name="Eve", address="eve@example.net\r\nBcc: t@example.net"
    )
    deployment = make_deployment(real_team, t0_in=HOUR, submitted=True)
    Deployment.objects.filter(pk=deployment.pk).update(package=evil)
    real_team.service.title = evil
    real_team.service.save()
    make_rows(deployment)
    sender.sweep()
    assert witness.recipients() == sorted([*addresses(real_team), "ann@example.net"])
    assert {taken.mail["Bcc"] for taken in witness.taken} == {None}
    assert Delivery.objects.get(name="Eve").state == DeliveryState.FAILED


def make_rows(deployment: Deployment) -> None:
    from django.db import transaction

    from communications.services import define_plan

    with transaction.atomic():
        define_plan(Deployment.objects.lock(deployment.pk), [NOW])
