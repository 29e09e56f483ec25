"""What time alone brings about; the portal's own clock is moved, so commits are real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from approvals import services
from approvals.enums import LATEST_START_AFTER_T0, Stage, Verdict
from approvals.models import Request, Rule, Vote
from approvals.requests import due_of, stage_at
from approvals.signoff import has_expired
from deployments.enums import State
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.services import schedule
from tests.approvals.makers import decide, make_ready
from tests.builders import Team, make_deployment, make_team


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
