"""What time alone brings about; the portal's own clock is moved, so commits are real."""

from __future__ import annotations

import pytest
from django.db import connections

from approvals import services
from approvals.enums import Verdict
from deployments.exceptions import Refused
from tests.approvals.test_services import decide, make_ready
from tests.builders import make_team


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
