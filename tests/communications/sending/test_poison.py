"""One message that cannot be made ready to leave keeps no other one from leaving."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DataError, OperationalError

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Fate, Kind, MessageState
from communications.models import Delivery, Message
from communications.sending import dispatch, judging, leaving
from communications.whom import audience
from communications.whom.audience import Recipient
from deployments import clock
from deployments.enums import Anchor
from deployments.models import Deployment, Service
from tests.builders import Team, make_team
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness

HOUR = timedelta(hours=1)
NOW = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")


def test_longest_name_of_an_account_is_cut(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    make_planned(team, NOW)
    person = Recipient("n" * 301, "ann@example.org", "UTC")
    monkeypatch.setattr(audience, "recipients", lambda _service: [person])
    dispatch.expand_due()
    name = Delivery.objects.get().name
    assert (len(name), name[-1]) == (150, "…")


@pytest.fixture
def poisoned(real_team: Team, monkeypatch: pytest.MonkeyPatch) -> tuple[Team, Team]:
    """Two services with a due message each; the audience of the first cannot be stored."""
    other = make_team("other-service", prefix="other_")
    for team in (real_team, other):
        make_planned(team, NOW)
    ask = audience.recipients

    def recipients(service: Service) -> list[Recipient]:
        if service == real_team.service:
            return [Recipient("n", "a" * 300, "UTC")]
        return ask(service)

    monkeypatch.setattr(audience, "recipients", recipients)
    return real_team, other


def test_mail_of_other_services_leaves(poisoned: tuple[Team, Team], witness: Witness) -> None:
    ill, well = poisoned
    sender.sweep()
    assert len(witness.recipients()) == Delivery.objects.count() > 0
    assert {copy.message.deployment.service for copy in Delivery.objects.all()} == {well.service}
    message = Message.objects.get(deployment__service=ill.service)
    assert (message.state, message.failures) == (MessageState.PLANNED, 1)


def test_failing_message_is_tried_again_after_a_pause(
    poisoned: tuple[Team, Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    ill, _ = poisoned
    for _ in range(3):
        dispatch.expand_due()
    message = Message.objects.get(deployment__service=ill.service)
    assert message.failures == 1
    assert message.retry_at > clock.now()
    move_clock(timedelta(seconds=3))
    dispatch.expand_due()
    message.refresh_from_db()
    assert message.failures == 2
    monkeypatch.setattr(audience, "recipients", lambda _service: [])
    move_clock(timedelta(minutes=2))
    dispatch.expand_due()
    message.refresh_from_db()
    assert message.state == MessageState.LEAVING


def test_database_that_is_gone_is_nobodys_fault(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_planned(team, NOW)

    def gone(_service: Service) -> list[Recipient]:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(audience, "recipients", gone)
    with pytest.raises(OperationalError):
        dispatch.expand_due()
    assert Message.objects.get().failures == 0


def test_data_that_does_not_fit_fails_only_its_message(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_planned(team, NOW)

    def unfit(_service: Service) -> list[Recipient]:
        raise DataError("value too long")

    monkeypatch.setattr(audience, "recipients", unfit)
    assert dispatch.expand_due() == set()
    assert Message.objects.get().failures == 1


@pytest.fixture
def unjudged(real_team: Team, monkeypatch: pytest.MonkeyPatch) -> tuple[Team, Team]:
    """Two services whose copies are written; those of the first cannot be judged any more."""
    other = make_team("other-service", prefix="other_")
    for team in (real_team, other):
        make_planned(team, NOW)
    dispatch.expand_due()
    ask = judging.fate

    def fate(message: Message, deployment: Deployment, now: datetime) -> Fate:
        if deployment.service == real_team.service:
            raise KeyError("what its event does not say")
        return ask(message, deployment, now)

    monkeypatch.setattr(judging, "fate", fate)
    return real_team, other


def test_copies_that_cannot_be_judged_keep_no_others_from_leaving(
    unjudged: tuple[Team, Team], witness: Witness
) -> None:
    ill, well = unjudged
    sender.sweep()
    sent = Delivery.objects.filter(message__deployment__service=well.service)
    assert set(sent.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert len(witness.taken) == sent.count() > 0
    stuck = Delivery.objects.filter(message__deployment__service=ill.service)
    assert set(stuck.values_list("state", "attempts")) == {(DeliveryState.RETRY, 1)}
    said = "The portal could not tell whether it may leave: 'what its event does not say'"
    assert set(stuck.values_list("last_error", flat=True)) == {said}
    assert min(stuck.values_list("due_at", flat=True)) > clock.now()


def test_copies_that_cannot_be_judged_at_the_last_moment_wait_too(
    unjudged: tuple[Team, Team],
) -> None:
    ill, _ = unjudged
    mine = [one for one in dispatch.claim(100) if one.message.deployment.service == ill.service]
    assert leaving.begin(mine).copies == []
    assert {one.state for one in Delivery.objects.filter(pk__in=[one.pk for one in mine])} == {
        DeliveryState.RETRY
    }


def test_message_that_is_gone_when_its_failure_is_noted_stops_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_planned(team, NOW)

    def gone(_message: int, _deployment: int) -> bool:
        Message.objects.all().delete()
        raise KeyError("gone")

    monkeypatch.setattr(dispatch, "expand", gone)
    assert dispatch.expand_due() == set()
