"""Who is mailed of an alert and of the question to go back, and when nobody needs it any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Message
from communications.sending import dispatch
from communications.writing import letters
from deployments import outbox
from deployments.models import Deployment
from monitoring import services, sweeps
from monitoring.definitions import TriggerDefinition
from monitoring.models import Alert
from tests.builders import Team, find_team
from tests.communications.conftest import move_clock
from tests.communications.mails import letter_to
from tests.monitoring.makers import AUTOMATIC, CRITICAL, TRIGGER, WARNING, make_watch, push


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def mailed(kind: Kind) -> list[set[str]]:
    """Whom each message of this kind is for, in their order."""
    found = Message.objects.filter(kind=kind).order_by("pk")
    return [{copy.user.username for copy in one.deliveries.all() if copy.user} for one in found]


def read(kind: Kind, team: Team) -> letters.Letter:
    message = Message.objects.filter(kind=kind).latest("pk")
    deployment = Deployment.objects.with_names().get(pk=message.deployment_id)
    return letter_to(team.ops_lead, message, deployment)


def test_warning_is_mailed_to_the_lead_and_a_critical_one_to_the_ops_leads_too(team: Team) -> None:
    watch = make_watch(team, alerts=[WARNING, CRITICAL])
    push(watch, *[75] * 3)
    outbox.deliver_due()
    assert mailed(Kind.ALERT) == [{"release_manager"}]
    push(watch, *[65] * 3)
    outbox.deliver_due()
    outbox.deliver_due()
    assert mailed(Kind.ALERT) == [{"release_manager"}, {"release_manager", "ops_lead"}]
    assert mailed(Kind.ROLLBACK_ASKED) == [{"release_manager", "ops_lead"}]
    letter = read(Kind.ALERT, team)
    assert "Hit rate: 65 % is less than 70 %" in letter.text
    assert f"/deployments/{watch.deployment_id}/alerts/{Alert.objects.get().pk}/" in letter.text


def test_what_asks_at_once_is_one_mail_with_all_of_it(team: Team) -> None:
    watch = make_watch(team, alerts=[CRITICAL], triggers=[TRIGGER])
    push(watch, *[50] * 3)
    outbox.deliver_due()
    outbox.deliver_due()
    assert mailed(Kind.ROLLBACK_ASKED) == [{"release_manager", "ops_lead"}]
    letter = read(Kind.ROLLBACK_ASKED, team)
    for reason in ("Hit rate breaks down: 50 % is less than 60 %.", "Hit rate: 50 % is less than"):
        assert reason in letter.text


def test_reason_that_comes_before_the_mail_has_left_takes_its_place(team: Team) -> None:
    watch = make_watch(team, alerts=[CRITICAL], triggers=[TRIGGER])
    push(watch, *[65] * 3)
    outbox.deliver_due()
    outbox.deliver_due()
    push(watch, *[55] * 3)
    outbox.deliver_due()
    assert len(mailed(Kind.ROLLBACK_ASKED)) == 2
    leaves = dispatch.settle(dispatch.claim(20))
    asking = {one.message_id for one in leaves if one.message.kind == Kind.ROLLBACK_ASKED}
    assert asking == {Message.objects.filter(kind=Kind.ROLLBACK_ASKED).latest("pk").pk}


def close(person: User) -> None:
    person.is_active = False
    person.save()


def put_out(person: User) -> None:
    """Of every group, so that nothing of the service is theirs to read."""
    person.groups.clear()


@pytest.mark.parametrize("goes", [close, put_out])
def test_lead_who_is_no_longer_here_is_mailed_nothing_and_the_ops_leads_are(
    goes: Callable[[User], None], team: Team
) -> None:
    watch = make_watch(team, alerts=[WARNING], triggers=[TRIGGER])
    goes(team.release_manager)
    push(watch, *[50] * 3)
    outbox.deliver_due()
    assert mailed(Kind.ALERT) == [{"ops_lead"}]
    assert mailed(Kind.ROLLBACK_ASKED) == [{"ops_lead"}]


def test_copy_that_waits_for_an_account_that_is_closed_ends_with_the_reason(team: Team) -> None:
    watch = make_watch(team, alerts=[CRITICAL])
    push(watch, *[65] * 3)
    outbox.deliver_due()
    close(team.release_manager)
    assert {copy.user for copy in dispatch.settle(dispatch.claim(10))} == {team.ops_lead}
    closed = Delivery.objects.filter(user=team.release_manager)
    assert set(closed.values_list("state", "last_error")) == {
        ("cancelled", "Their account is closed.")
    }


def test_alert_that_somebody_looks_after_leaves_no_mail_any_more(team: Team) -> None:
    watch = make_watch(team, alerts=[WARNING])
    push(watch, *[75] * 3)
    outbox.deliver_due()
    services.acknowledge(watch.deployment_id, Alert.objects.get().pk, actor=team.ops_lead)
    assert dispatch.settle(dispatch.claim(10)) == []
    assert Delivery.objects.get().state == DeliveryState.CANCELLED


@pytest.mark.parametrize(
    ("trigger", "sentence"),
    [(TRIGGER, "Nothing happens by itself"), (AUTOMATIC, "It rolls back by itself at")],
    ids=["recommends", "automatic"],
)
def test_question_says_what_happens_without_an_answer(
    team: Team, trigger: TriggerDefinition, sentence: str
) -> None:
    watch = make_watch(team, alerts=(), triggers=[trigger])
    push(watch, *[50] * 3)
    outbox.deliver_due()
    letter = read(Kind.ROLLBACK_ASKED, team)
    assert "50 % is less than 60 %" in letter.text
    assert sentence in letter.text


def test_question_that_nobody_answers_is_mailed_once_more_and_no_more_once_answered(
    team: Team,
) -> None:
    watch = make_watch(team, alerts=(), triggers=[TRIGGER])
    push(watch, *[50] * 3)
    outbox.deliver_due()
    move_clock(timedelta(minutes=16))
    sweeps.sweep()
    outbox.deliver_due()
    assert len(mailed(Kind.ROLLBACK_ASKED)) == 2
    services.stay(watch.deployment_id, actor=team.ops_lead, reason="A cold cache")
    # Nothing was sent for so long that this is an alert of its own.
    assert {copy.message.kind for copy in dispatch.settle(dispatch.claim(10))} == {Kind.ALERT}
