"""Corrections, holds, cancellations, mentions and reminders: who gets them, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from approvals import services as approvals
from approvals.enums import Verdict
from approvals.services.deciding import record_decision
from approvals.shown import Shown
from approvals.verdict import readiness
from communications import receivers
from communications.enums import Kind, MessageState
from communications.models import Delivery, Message
from communications.sending import dispatch, leaving
from communications.whom import readers
from deployments import clock, history, outbox, services
from deployments.comments import comment
from deployments.enums import State
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment, make_person, make_proof, make_role
from tests.communications.conftest import leave, make_planned, tell_notice

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def told(team: Team) -> Deployment:
    """In review in three days; everybody was told that time."""
    deployment = make_planned(team, t0_in=3 * DAY)
    tell_notice(deployment)
    return deployment


def move(team: Team, deployment: Deployment, by: timedelta) -> datetime:
    """From the time at first, by so much; whoever hears of it has heard of it."""
    assert deployment.t0 is not None
    at = deployment.t0 + by
    services.schedule(deployment.pk, at, actor=team.release_manager)
    outbox.deliver_due()
    return at


def of_kind(deployment: Deployment, kind: Kind) -> list[Message]:
    return list(deployment.messages.filter(kind=kind).order_by("pk"))


def states(deployment: Deployment, kind: Kind) -> list[str]:
    return [message.state for message in of_kind(deployment, kind)]


def told_now(deployment: Deployment) -> list[str]:
    return sorted(copy.reader for copy in readers.copies_of(deployment) if copy.told)


def test_whoever_was_told_the_old_time_gets_one_correction(team: Team, told: Deployment) -> None:
    before = told_now(told)
    move(team, told, 5 * HOUR)

    (correction,) = of_kind(told, Kind.CORRECTION)
    event = Event.objects.get(verb="rescheduled")
    assert (correction.state, correction.event) == (MessageState.PLANNED, event)
    assert correction.due_at == event.at + timedelta(minutes=5)
    assert not dispatch.expand(correction.pk, told.pk)
    copies = leave(correction)
    assert [copy.address for copy in copies] == before
    assert {copy.knew_t0 for copy in copies} == {told.t0}
    receivers.correct(event)
    assert states(told, Kind.CORRECTION) == [MessageState.LEAVING]


def test_three_moves_are_one_correction(team: Team, told: Deployment) -> None:
    for hours in (1, 2, 3):
        move(team, told, hours * HOUR)
    assert states(told, Kind.CORRECTION) == ["superseded", "superseded", "planned"]
    copies = leave(of_kind(told, Kind.CORRECTION)[-1])
    assert {copy.knew_t0 for copy in copies} == {told.t0}


def test_older_event_heard_late_writes_no_second_correction(team: Team, told: Deployment) -> None:
    for hours in (30, 31):
        services.schedule(told.pk, clock.now() + hours * HOUR, actor=team.release_manager)
    first, second = Event.objects.filter(verb="rescheduled").order_by("sequence")
    for event in (second, first, second):
        receivers.plan(event)
        receivers.correct(event)
    (correction,) = of_kind(told, Kind.CORRECTION)
    assert correction.event == second


def test_moved_back_in_time_nobody_is_corrected_nor_told_again(
    team: Team, told: Deployment
) -> None:
    move(team, told, HOUR)
    move(team, told, timedelta(0))
    assert states(told, Kind.CORRECTION) == ["superseded"]
    assert leave(of_kind(told, Kind.NOTICE)[-1]) == []


def test_nobody_told_means_no_correction(team: Team) -> None:
    deployment = make_planned(team, t0_in=3 * DAY)
    move(team, deployment, HOUR)
    assert of_kind(deployment, Kind.CORRECTION) == []


def test_correction_waits_while_a_draft_and_leaves_once_submitted(
    team: Team, told: Deployment
) -> None:
    Deployment.objects.filter(pk=told.pk).update(state=State.DRAFT)
    move(team, told, HOUR)
    (correction,) = of_kind(told, Kind.CORRECTION)
    assert leave(correction) == []
    assert correction.pk not in Message.objects.due(clock.now()).values_list("pk", flat=True)
    approvals.submit(told.pk, actor=team.release_manager)
    assert len(leave(correction)) == 10


@pytest.mark.parametrize(("by", "again"), [(timedelta(days=-2, hours=-6), 1), (2 * DAY, 11)])
def test_notice_goes_again_unless_the_correction_went_within_a_day_of_t0(
    team: Team, told: Deployment, by: timedelta, again: int
) -> None:
    move(team, told, by)
    late = make_person("late_comer")
    late.groups.set(team.member.groups.all())
    notice = of_kind(told, Kind.NOTICE)[-1]
    leave(of_kind(told, Kind.CORRECTION)[-1])
    assert len(leave(notice)) == again


def test_notice_of_a_near_time_skips_those_who_are_about_to_be_corrected(
    team: Team, told: Deployment
) -> None:
    move(team, told, timedelta(days=-2, hours=-6))
    make_person("late_comer").groups.set(team.member.groups.all())
    assert [copy.name for copy in leave(of_kind(told, Kind.NOTICE)[-1])] == ["Late Comer"]
    assert len(leave(of_kind(told, Kind.CORRECTION)[-1])) == 10


def test_cancellation_goes_to_those_who_were_told_and_nothing_else_leaves(
    team: Team, told: Deployment
) -> None:
    before = told_now(told)
    move(team, told, HOUR)
    make_person("late_comer").groups.set(team.member.groups.all())
    services.cancel(told.pk, actor=team.release_manager, reason="Not needed")
    outbox.deliver_due()
    assert set(states(told, Kind.CORRECTION) + states(told, Kind.GO_NO_GO)) == {
        "cancelled",
        "superseded",
    }
    (cancellation,) = of_kind(told, Kind.CANCELLATION)
    assert [copy.address for copy in leave(cancellation)] == before


def test_cancelling_what_nobody_was_told_tells_nobody(team: Team) -> None:
    deployment = make_planned(team, t0_in=3 * DAY)
    services.cancel(deployment.pk, actor=team.release_manager, reason="Not needed")
    outbox.deliver_due()
    assert of_kind(deployment, Kind.CANCELLATION) == []


def decide(deployment: Deployment, verdict: Verdict) -> None:
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        record_decision(
            locked, verdict, facts=readiness(locked), actor=None, reason="The network is down"
        )
    outbox.deliver_due()


@pytest.mark.parametrize(
    ("verdict", "kind"), [(Verdict.HOLD, Kind.HOLD), (Verdict.NO_GO, Kind.NO_GO)]
)
def test_hold_and_no_go_go_to_those_who_were_told(
    told: Deployment, verdict: Verdict, kind: Kind
) -> None:
    before = told_now(told)
    decide(told, verdict)
    (message,) = of_kind(told, kind)
    assert [copy.address for copy in leave(message)] == before


def test_hold_and_a_later_move_are_the_hold_and_one_correction(
    team: Team, told: Deployment
) -> None:
    decide(told, Verdict.HOLD)
    leave(of_kind(told, Kind.HOLD)[0])
    move(team, told, DAY)
    assert len(leave(of_kind(told, Kind.CORRECTION)[0])) == 10


def test_hold_right_after_a_move_is_the_correction(team: Team, told: Deployment) -> None:
    move(team, told, DAY)
    decide(told, Verdict.HOLD)
    (hold,) = of_kind(told, Kind.HOLD)
    assert {copy.knew_t0 for copy in leave(hold)} == {told.t0}
    assert leave(of_kind(told, Kind.CORRECTION)[0]) == []


def test_hold_after_the_correction_does_not_say_again_what_moved(
    team: Team, told: Deployment
) -> None:
    move(team, told, DAY)
    leave(of_kind(told, Kind.CORRECTION)[0])
    decide(told, Verdict.HOLD)
    assert {copy.knew_t0 for copy in leave(of_kind(told, Kind.HOLD)[0])} == {None}


def test_hold_that_is_over_leaves_no_more(told: Deployment) -> None:
    decide(told, Verdict.HOLD)
    Deployment.objects.filter(pk=told.pk).update(state=State.IN_REVIEW)
    (hold,) = of_kind(told, Kind.HOLD)
    assert leave(hold) == []
    assert states(told, Kind.HOLD) == ["superseded"]


def test_whoever_is_named_is_mailed_once_whatever_becomes_of_the_time(
    team: Team, told: Deployment
) -> None:
    event = comment(told.pk, actor=team.member, text="@security and @security, @member, @nobody")
    outbox.deliver_due()
    receivers.mention(event)
    move(team, told, HOUR)
    services.cancel(told.pk, actor=team.release_manager, reason="Not needed")
    outbox.deliver_due()
    (message,) = of_kind(told, Kind.MENTION)
    (copy,) = dispatch.claim(10)
    assert (copy.address, copy.message) == ("security@example.org", message)
    assert leaving.begin([copy]).copies == [copy]
    assert message.title == "Comment by Member"


def test_comment_that_names_nobody_writes_no_message(team: Team, told: Deployment) -> None:
    comment(told.pk, actor=team.member, text="ann@example.org or @member or @nobody")
    outbox.deliver_due()
    assert of_kind(told, Kind.MENTION) == []


def due(deployment: Deployment, **after: str) -> Event:
    item = deployment.items.get(position=1)
    with transaction.atomic():
        said = {"due": (clock.now() + HOUR).isoformat(), "owner": "", "role": "", **after}
        locked = Deployment.objects.lock(deployment.pk)
        event = history.record(locked, "item due", actor=None, obj=item, after=said)
    outbox.deliver_due()
    return event


def test_reminder_goes_to_the_owner_or_to_all_who_hold_the_role(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    second = make_person("second_security")
    second.groups.set(team.security.groups.all())
    for after in ({"owner": "member"}, {"role": make_role("security").key}, {"owner": "gone"}):
        due(deployment, **after)
    mailed = [
        sorted(message.deliveries.values_list("user__username", flat=True))
        for message in of_kind(deployment, Kind.REMINDER)
    ]
    assert mailed == [["member"], ["second_security", "security"]]


def test_owner_who_no_longer_sees_the_service_is_not_reminded(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    due(deployment, owner="outsider")
    assert of_kind(deployment, Kind.REMINDER) == []


def test_nobody_is_reminded_of_a_closed_item_or_a_closed_deployment(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    due(deployment, owner="member")
    (copy,) = (one for one in dispatch.claim(10) if one.message.kind == Kind.REMINDER)
    deployment.items.update(state="done")
    assert dispatch.settle([copy]) == []
    copy.refresh_from_db()
    assert copy.state == "cancelled"
    due(deployment, owner="member")
    deployment.items.update(state="open")
    Deployment.objects.filter(pk=deployment.pk).update(state=State.CANCELLED)
    due(deployment, owner="member")
    assert Delivery.objects.filter(message__kind=Kind.REMINDER).count() == 1


def test_one_event_has_one_message_of_a_kind(team: Team, told: Deployment) -> None:
    move(team, told, HOUR)
    (correction,) = of_kind(told, Kind.CORRECTION)
    correction.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        correction.save(force_insert=True)
    correction.event = None
    with pytest.raises(IntegrityError), transaction.atomic():
        correction.save(force_insert=True)


def test_recalled_go_is_told_to_whoever_was_told_before(team: Team, told: Deployment) -> None:
    Deployment.objects.filter(pk=told.pk).update(state=State.GO)
    with transaction.atomic():
        locked = Deployment.objects.lock(told.pk)
        services.move(locked, State.IN_REVIEW, "recalled", actor=None, reason="GO no longer holds")
    outbox.deliver_due()

    (recall,) = of_kind(told, Kind.RECALL)
    before = told_now(told)
    assert [copy.address for copy in leave(recall)] == before


def test_recall_that_is_over_does_not_leave(team: Team, told: Deployment) -> None:
    Deployment.objects.filter(pk=told.pk).update(state=State.GO)
    with transaction.atomic():
        locked = Deployment.objects.lock(told.pk)
        services.move(locked, State.IN_REVIEW, "recalled", actor=None, reason="GO no longer holds")
    outbox.deliver_due()
    Deployment.objects.filter(pk=told.pk).update(state=State.GO)

    (recall,) = of_kind(told, Kind.RECALL)
    dispatch.expand(recall.pk, told.pk)
    assert states(told, Kind.RECALL) == [MessageState.SUPERSEDED]


def test_hold_with_a_new_time_is_the_one_message_that_is_also_the_correction(
    team: Team, told: Deployment
) -> None:
    told.refresh_from_db()
    assert told.t0 is not None
    later = told.t0 + DAY
    approvals.decide(
        told.pk,
        Verdict.HOLD,
        actor=team.ops_lead,
        proof=make_proof(),
        reason="the network team needs a day",
        shown=Shown.of(told),
        new_t0=later,
    )
    outbox.deliver_due()
    (hold,) = of_kind(told, Kind.HOLD)
    copies = leave(hold)
    assert {copy.knew_t0 for copy in copies} == {told.t0}
    for correction in of_kind(told, Kind.CORRECTION):
        assert leave(correction) == []
