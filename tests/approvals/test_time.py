"""What time alone brings about; the portal's own clock is moved, so commits are real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from approvals import services
from approvals.enums import LATEST_START_AFTER_T0, Stage, Verdict
from approvals.models import Request, Rule, Vote
from approvals.policies import deciding
from approvals.requests import due_of, stage_at
from approvals.rollcall import counting_round
from approvals.shown import Shown
from approvals.signoff import has_expired
from deployments import clock
from deployments.enums import Grant, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.services import grant, schedule
from tests.approvals.makers import decide, make_ready
from tests.builders import Team, make_deployment, make_person, make_proof, make_team
from tests.communications.conftest import move_clock


def test_missed_start_becomes_a_hold_by_itself(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    assert services.hold_missed_start(deployment.pk) is None

    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE deployments_clock SET \"offset\" = interval '45 minutes'")
    held = services.hold_missed_start(deployment.pk)

    assert held is not None
    assert (held.verdict, held.decided_by) == (Verdict.HOLD, None)
    assert services.hold_missed_start(deployment.pk) is None


def test_go_is_not_possible_once_its_decision_was_due(committed: dict[str, str]) -> None:
    """No decision in time is a HOLD, never GO (SEMANTICS §7), also where no sweep has come yet."""
    team = make_team()
    breaker = make_person("breaker")
    grant(team.service, Grant.BREAK_GLASS, breaker, actor=None)
    deployment = make_ready(team)
    found = counting_round(deployment)
    assert found is not None
    due = found.closes_at + timedelta(minutes=15)
    assert due > deployment.t0
    last = due - timedelta(microseconds=1)
    assert deciding.refusal_of_late_go(deployment, found, last) is None
    assert deciding.refusal_of_late_go(deployment, found, due) is not None

    move_clock(due - clock.now() + timedelta(minutes=1))
    said = "what nobody decided by then is a HOLD"
    with pytest.raises(Refused, match=said):
        decide(team, deployment, Verdict.GO)
    with pytest.raises(Refused, match=said):
        services.break_glass(
            deployment.pk, actor=breaker, second_person=team.product_owner, proof=make_proof(),
            reason="it cannot wait", shown=Shown.of(deployment),
        )  # fmt: skip
    assert decide(team, deployment, Verdict.HOLD).verdict == Verdict.HOLD


def test_resume_is_refused_when_the_time_has_passed(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_ready(team)
    decide(team, deployment, Verdict.HOLD)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE deployments_clock SET \"offset\" = interval '5 hours'")

    with pytest.raises(Refused, match="the time T0 is in the past; reschedule it first"):
        services.resume(deployment.pk, actor=team.release_manager)


# On 29 March 2026 at 02:00 a clock in Berlin shows 03:00, on 25 October at 03:00 it shows 02:00.
BERLIN = ZoneInfo("Europe/Berlin")
CHANGES = [datetime(2026, 3, 29, 9, tzinfo=BERLIN), datetime(2026, 10, 25, 9, tzinfo=BERLIN)]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("t0", CHANGES, ids=["an hour skipped", "an hour twice"])
@pytest.mark.parametrize("before_t0", [2 * HOUR, 10 * HOUR, 48 * HOUR])
def test_signature_is_due_so_many_elapsed_hours_before_t0_when_the_clock_changes(
    t0: datetime, before_t0: timedelta
) -> None:
    asked = t0.astimezone(UTC) - timedelta(days=4)
    due = due_of(t0.astimezone(UTC), before_t0, asked)
    assert t0.astimezone(UTC) - due == before_t0
    half = asked + (due - asked) / 2
    assert stage_at(asked, due, half - timedelta(seconds=1)) == Stage.ASKED
    assert stage_at(asked, due, half) == Stage.HALF


@pytest.mark.parametrize("t0", CHANGES, ids=["an hour skipped", "an hour twice"])
@pytest.mark.parametrize("holds_for", [8 * HOUR, timedelta(days=1), timedelta(days=14)])
def test_signature_holds_for_elapsed_hours_when_the_clock_changes(
    t0: datetime, holds_for: timedelta
) -> None:
    """It must last until the latest start; the hour that a clock skips or repeats counts as one."""
    deployment = Deployment(state=State.IN_REVIEW, t0=t0.astimezone(UTC), zone="Europe/Berlin")
    rule = Rule(holds_for=holds_for)
    earliest = t0.astimezone(UTC) + LATEST_START_AFTER_T0 - holds_for
    now = max(earliest, t0.astimezone(UTC) - 8 * HOUR)
    vote, too_old = Vote(at=earliest), Vote(at=earliest - timedelta(seconds=1))
    assert has_expired(vote, rule, deployment, now) is False
    assert has_expired(too_old, rule, deployment, now) is True
    # What a clock on the wall says of the same stretch differs by that hour.
    local = t0.replace(tzinfo=None) - earliest.astimezone(BERLIN).replace(tzinfo=None)
    assert abs(local - (t0.astimezone(UTC) - earliest)) == HOUR


@pytest.mark.django_db
@pytest.mark.parametrize("local", ["2027-03-28 09:00", "2027-10-31 09:00"])
def test_request_of_a_rule_is_due_across_the_clock_change(local: str, team: Team) -> None:
    """The same through the rows: planned on a clock in Berlin, asked a day before the change."""
    t0 = datetime.fromisoformat(local).replace(tzinfo=BERLIN).astimezone(UTC)
    deployment = make_deployment(team, roles=("security",), t0_in=None)
    schedule(deployment.pk, t0, actor=team.release_manager, zone="Europe/Berlin")
    deployment.rules.update(asked_until=10 * HOUR)
    services.submit(deployment.pk, actor=team.release_manager)
    services.tend_requests(deployment.pk)
    request = Request.objects.get()
    assert request.due_at == t0 - 10 * HOUR
    on_the_wall = request.due_at.astimezone(BERLIN)
    assert on_the_wall.hour == (22 if t0.astimezone(BERLIN).month == 3 else 0)
