"""The promise ledger: what everybody was last told, and whether that is so now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from communications.enums import Kind
from communications.whom import told
from communications.whom.ledgers import Ledger, ledger_of
from communications.whom.told import Copy
from deployments import clock, outbox
from deployments import services as deployments
from deployments.enums import State
from deployments.models import Deployment
from tests.builders import Team
from tests.communications.conftest import make_planned, tell_notice

T0 = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def copy(kind: str = Kind.NOTICE, revision: int = 1, t0: datetime = T0, at: int = 0) -> Copy:
    return Copy("ada", kind, 1, revision, t0, at=T0 - timedelta(hours=30 - at))


def test_latest_copy_of_the_highest_revision_is_what_was_told_last() -> None:
    moved = copy(revision=2, t0=T0 + HOUR, at=3)
    hold = copy(Kind.HOLD, revision=2, t0=T0 + HOUR, at=5)
    assert told.last_told([hold, copy(at=9), moved]) == {"ada": hold}


def test_what_was_told_is_true_if_time_and_standing_are_so() -> None:
    hold = copy(Kind.HOLD)
    assert told.is_true(copy(), T0, State.IN_REVIEW)
    assert not told.is_true(copy(), T0 + HOUR, State.IN_REVIEW)
    assert not told.is_true(copy(), T0, State.ON_HOLD)
    assert told.is_true(hold, T0, State.ON_HOLD)
    assert not told.is_true(hold, T0, State.IN_REVIEW)


def states(ledger: Ledger) -> set[str]:
    return {one.words for one in ledger.promises}


def test_everybody_is_told_or_not_yet(team: Team) -> None:
    deployment = make_planned(team, t0_in=30 * HOUR)
    assert states(ledger_of(deployment)) == {"Not told yet"}
    addresses = tell_notice(deployment)
    ledger = ledger_of(deployment)
    assert (states(ledger), ledger.untrue) == ({"Still true"}, 0)
    assert sorted(one.address for one in ledger.promises) == addresses


def test_old_time_is_being_corrected_after_a_move(team: Team) -> None:
    deployment = make_planned(team, t0_in=30 * HOUR)
    told_before = tell_notice(deployment)
    deployments.schedule(deployment.pk, clock.now() + 50 * HOUR, actor=team.release_manager)
    outbox.deliver_due()
    deployment = Deployment.objects.get(pk=deployment.pk)
    ledger = ledger_of(deployment)
    correction = deployment.messages.get(kind=Kind.CORRECTION)
    assert (states(ledger), ledger.untrue) == ({"Is being corrected"}, len(told_before))
    assert {one.correction_at for one in ledger.promises} == {correction.due_at}


def test_who_knows_it_otherwise_and_is_owed_nothing_stands_first(team: Team) -> None:
    deployment = make_planned(team, t0_in=30 * HOUR)
    tell_notice(deployment)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.ON_HOLD)
    ledger = ledger_of(Deployment.objects.get(pk=deployment.pk))
    assert states(ledger) == {"Knows it otherwise"}
