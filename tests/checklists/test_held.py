"""A held portal: no command of a step is run, and one that a backup brings back never again."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from checklists import runner, services, tasks
from checklists.claims import claim
from checklists.enums import Answer, AttemptState, ItemState
from checklists.models import Attempt
from deployments import clock, portal_hold
from deployments.models import Deployment, PortalHold
from tests.builders import Team, make_team
from tests.checklists.makers import declare, make_day, step

WHY = "The portal was restored from a backup; nobody knows whether it ran since."


@pytest.fixture
def mark(settings: LazySettings, tmp_path: Path) -> Path:
    """Each run of the command "drain" leaves one letter there."""
    said = tmp_path / "ran"
    write = f"open({str(said)!r}, 'a').write('x')"
    settings.PORTAL_COMMANDS = declare(tmp_path, drain=[sys.executable, "-c", write])
    return said


def begun(team: Team) -> tuple[Deployment, Attempt]:
    deployment = make_day(team, runs="drain")
    item = step(deployment, "Drain")
    services.run_command(deployment.pk, item.pk, actor=team.member, seen="open")
    return deployment, item.attempts.get()


def test_command_waits_for_the_release(team: Team, mark: Path) -> None:
    deployment, attempt = begun(team)
    portal_hold.hold("The mail server moves.", None, restored=False, using="default")
    Attempt.objects.update(hinted_at=clock.now() - timedelta(hours=1))

    tasks.sweep.apply(throw=True)
    runner.execute(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, mark.exists()) == (AttemptState.WAITING, False)
    PortalHold.objects.all().delete()
    runner.execute(attempt.pk)
    assert mark.read_text() == "x"
    assert step(deployment, "Drain").state == ItemState.DONE


@pytest.mark.parametrize("is_taken", [False, True])
def test_command_that_a_backup_brings_back_is_stuck_and_a_person_is_asked(
    committed: dict[str, str], mark: Path, is_taken: bool
) -> None:
    team = make_team()
    deployment, attempt = begun(team)
    held = claim(attempt.pk) if is_taken else None
    portal_hold.hold("A backup was restored.", clock.now(), restored=True, using="owner")
    assert held is None or not held.goes_on("draining"), "its worker is told to end it"
    PortalHold.objects.all().delete()

    runner.execute(attempt.pk)
    tasks.sweep.apply(throw=True)
    runner.execute(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.reason, mark.exists()) == (AttemptState.STUCK, WHY, False)
    item = step(deployment, "Drain")
    assert (item.state, item.reason, item.question_to) == (ItemState.FAILED, WHY, team.ops_lead)
    services.answer(deployment.pk, item.pk, Answer.RETRY, actor=team.ops_lead)
    runner.execute(item.attempts.get(number=2).pk)
    assert mark.read_text() == "x"
