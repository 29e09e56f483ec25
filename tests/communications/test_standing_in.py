"""A hold that says what moved stands in for the correction, and not for longer than it is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from approvals import services as approvals
from approvals.enums import Verdict
from approvals.shown import Shown
from communications import sender
from communications.definitions import PlanLine
from communications.enums import Kind
from communications.models import Delivery
from communications.whom.ledgers import ledger_of
from deployments import clock, outbox, services
from deployments.enums import Anchor
from deployments.models import Deployment
from tests.builders import Team, make_proof
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOTICE = PlanLine(Kind.NOTICE, Anchor.T0, -24 * HOUR, "Notice")


def work() -> None:
    for _ in range(3):
        outbox.deliver_due()
        sender.sweep()
        move_clock(2 * MINUTE)


def hold(team: Team, deployment: Deployment, t0: datetime | None) -> None:
    found = Deployment.objects.with_names().get(pk=deployment.pk)
    approvals.decide(
        deployment.pk, Verdict.HOLD, actor=team.ops_lead, proof=make_proof(), reason="Not yet",
        shown=Shown.of(found), new_t0=t0,
    )  # fmt: skip


def heard(team: Team, witness: Witness, deployment: Deployment) -> list[tuple[str, int | None]]:
    """What the member was told, each with the schedule revision of its time."""
    mine = [one.mail_id for one in witness.taken if one.recipient == team.member.email]
    copies = Delivery.objects.filter(message__deployment=deployment).select_related("message")
    found = {one.mail_id: one.message for one in copies}
    return [(found[one].kind, found[one].schedule_revision) for one in mine]


def move_window(team: Team, deployment: Deployment) -> None:
    """T0 stays what everybody was told."""
    found = Deployment.objects.get(pk=deployment.pk)
    assert found.t0 and found.window_end
    services.schedule(
        found.pk, found.t0, window_end=found.window_end + HOUR, actor=team.release_manager
    )


def there_and_back(team: Team, deployment: Deployment) -> None:
    known = Deployment.objects.get(pk=deployment.pk).t0
    assert known
    move_again(team, deployment)
    work()
    services.schedule(deployment.pk, known, actor=team.release_manager)


def nothing(team: Team, deployment: Deployment) -> None:
    """It stays on hold."""


def resume(team: Team, deployment: Deployment) -> None:
    approvals.resume(deployment.pk, actor=team.release_manager)


def move_again(team: Team, deployment: Deployment) -> None:
    services.schedule(deployment.pk, clock.now() + 60 * HOUR, actor=team.release_manager)


@contextmanager
def no_mail_leaving(witness: Witness) -> Iterator[None]:
    """What is due has left before; what this comes to leaves afterwards."""
    sender.sweep()
    witness.stop()
    yield
    witness.start()
    for _ in range(2):
        work()


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        (nothing, [("hold", 2)]),
        (resume, [("correction", 2)]),
        (move_again, [("hold", 3)]),
    ],
)
def test_hold_with_a_new_time_that_could_not_leave_for_long_costs_nobody_the_new_time(
    meanwhile: Callable[[Team, Deployment], None],
    told: list[tuple[str, int | None]],
    real_team: Team,
    witness: Witness,
) -> None:
    deployment = make_planned(real_team, NOTICE, t0_in=20 * HOUR)
    with no_mail_leaving(witness):
        hold(real_team, deployment, clock.now() + 40 * HOUR)
        for _ in range(2):
            work()
        meanwhile(real_team, deployment)
    moved = [one for one in heard(real_team, witness, deployment)[1:] if one[0] != "notice"]
    assert moved == told
    deployment.refresh_from_db()
    known = {one.last.t0 for one in ledger_of(deployment).promises if one.last}
    assert known == {deployment.t0}
    assert witness.doubled() == {}


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [(move_window, [("hold", 2)]), (there_and_back, [("hold", 3)]), (move_again, [("hold", 2)])],
)
def test_hold_that_could_not_leave_before_a_move_is_told_with_the_present_time(
    meanwhile: Callable[[Team, Deployment], None],
    told: list[tuple[str, int | None]],
    real_team: Team,
    witness: Witness,
) -> None:
    deployment = make_planned(real_team, NOTICE, t0_in=20 * HOUR)
    with no_mail_leaving(witness):
        hold(real_team, deployment, None)
        work()
        meanwhile(real_team, deployment)
    assert heard(real_team, witness, deployment)[1:] == told
    ledger = ledger_of(Deployment.objects.get(pk=deployment.pk))
    assert {one.words for one in ledger.promises if one.last} == {"Still true"}
    assert witness.doubled() == {}


def test_hold_is_told_again_only_to_those_who_did_not_get_it(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, NOTICE, t0_in=20 * HOUR)
    sender.sweep()
    late = real_team.ops_lead.email
    witness.always[late] = "451 later"
    hold(real_team, deployment, None)
    work()
    move_window(real_team, deployment)
    witness.always.clear()
    for _ in range(2):
        work()
    assert heard(real_team, witness, deployment)[1:] == [("hold", 1)]
    copies = Delivery.objects.filter(message__deployment=deployment, message__kind=Kind.HOLD)
    again = copies.filter(message__schedule_revision=2)
    assert [(one.address, one.state) for one in again] == [(late, "sent")]
    assert witness.doubled() == {}
