"""Commands of steps: run once by one worker, followed while they run, and their end judged."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connections, transaction

from checklists import runner, services, sweeps
from checklists.claims import claim
from checklists.enums import Answer, AttemptState, ItemState
from checklists.models import Attempt
from checklists.services.verdicts import Verdict, settle
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Forbidden, Overtaken, Refused
from deployments.models import Deployment
from tests.builders import Team, make_proof, make_team
from tests.checklists.makers import declare, make_day, say, step
from tests.threads import at_once
from tests.waiting import until

PYTHON = sys.executable
SAYS = [PYTHON, "-c", "print('all 3 nodes drained')"]
FAILS = [PYTHON, "-c", "import sys; print('node 2 hangs'); sys.exit(3)"]


@pytest.fixture
def day(team: Team, settings: LazySettings, tmp_path: Path) -> Deployment:
    settings.PORTAL_COMMANDS = declare(tmp_path, drain=SAYS)
    return make_day(team, runs="drain")


def run(deployment: Deployment, team: Team) -> Attempt:
    item = step(deployment, "Drain")
    services.run_command(deployment.pk, item.pk, actor=team.member, seen="open")
    return item.attempts.get()


@pytest.mark.django_db
def test_a_command_that_ends_well_makes_its_step_done(day: Deployment, team: Team) -> None:
    attempt = run(day, team)
    assert step(day, "Drain").state == ItemState.IN_PROGRESS
    begun = day.events.latest("sequence")
    assert (begun.verb, begun.after["command"], begun.after["run"]) == ("item begun", "drain", "1")

    runner.execute(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.code, attempt.output) == (
        AttemptState.DONE,
        0,
        "all 3 nodes drained\n",
    )
    item = step(day, "Drain")
    assert (item.state, item.state_by) == (ItemState.DONE, team.member)
    event = day.events.latest("sequence")
    assert (event.verb, event.actor, event.after["command"]) == ("item done", None, "drain")


@pytest.mark.django_db
def test_a_command_that_fails_asks_and_is_tried_again_only_by_a_person(
    day: Deployment, team: Team, settings: LazySettings, tmp_path: Path
) -> None:
    settings.PORTAL_COMMANDS = declare(tmp_path, drain=FAILS)
    runner.execute(run(day, team).pk)

    item = step(day, "Drain")
    assert (item.state, item.question_to) == (ItemState.FAILED, team.ops_lead)
    assert "“drain” ended with 3 after" in item.reason
    sweeps.sweep()
    assert item.attempts.count() == 1

    settings.PORTAL_COMMANDS = declare(tmp_path, drain=SAYS)
    services.answer(day.pk, item.pk, Answer.RETRY, actor=team.ops_lead)
    runner.execute(item.attempts.get(number=2).pk)
    assert step(day, "Drain").state == ItemState.DONE


@pytest.mark.django_db
def test_a_secret_of_its_environment_is_shown_nowhere(
    day: Deployment, team: Team, settings: LazySettings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DRAIN_TOKEN", "hunter2-hunter2")
    says = [PYTHON, "-c", "import os; print(os.environ['TOKEN'])"]
    settings.PORTAL_COMMANDS = declare(tmp_path, drain=says)
    file = tmp_path / "commands.toml"
    file.write_text(
        file.read_text() + '\n[commands.drain.environment]\nTOKEN = "$env:DRAIN_TOKEN"\n'
    )

    runner.execute(run(day, team).pk)

    assert step(day, "Drain").attempts.get().output == "[secret]\n"


@pytest.mark.django_db
def test_a_command_that_is_not_declared_is_begun_by_hand(
    day: Deployment, team: Team, settings: LazySettings
) -> None:
    settings.PORTAL_COMMANDS = ""
    with pytest.raises(Refused, match="“drain” is not declared on this portal; begin the step by"):
        run(day, team)

    assert say(day, "Drain", ItemState.IN_PROGRESS, team).state == ItemState.IN_PROGRESS


@pytest.mark.django_db
def test_a_command_that_is_no_longer_declared_when_it_runs_has_failed(
    day: Deployment, team: Team, settings: LazySettings
) -> None:
    attempt = run(day, team)
    settings.PORTAL_COMMANDS = ""

    runner.execute(attempt.pk)

    assert step(day, "Drain").reason == "The command “drain” is no longer declared; it was not run."


@pytest.mark.django_db
def test_nobody_says_what_became_of_a_step_while_its_command_runs(
    day: Deployment, team: Team
) -> None:
    run(day, team)

    for to in (ItemState.DONE, ItemState.OPEN, ItemState.FAILED):
        with pytest.raises(Refused, match="The command “drain” of “Drain” still runs"):
            say(day, "Drain", to, team, "by hand")
    with pytest.raises(Refused, match="Not complete: “Drain”"):
        services.complete(day.pk, actor=team.ops_lead)


@pytest.mark.django_db
def test_a_step_that_demands_evidence_stays_open_until_somebody_adds_it(
    day: Deployment, team: Team
) -> None:
    day.items.filter(text="Drain").update(evidence_demanded=True)
    item = step(day, "Drain")
    with transaction.atomic(), pytest.raises(Refused):
        services.set_state(day.pk, item.pk, ItemState.DONE, actor=team.member)

    runner.execute(run(day, team).pk)

    assert step(day, "Drain").state == ItemState.IN_PROGRESS
    event = day.events.latest("sequence")
    assert (event.verb, event.reason) == (
        "step command ended",
        "“Drain” demands evidence; add it first.",
    )


@pytest.mark.django_db
def test_a_worker_that_is_gone_leaves_it_stuck_and_nothing_runs_it_again(
    day: Deployment, team: Team
) -> None:
    attempt = run(day, team)
    held = claim(attempt.pk)
    assert held
    assert held.goes_on("draining node 1")
    sweeps.sweep()
    assert step(day, "Drain").state == ItemState.IN_PROGRESS
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=clock.now() - timedelta(seconds=1))

    sweeps.sweep()

    attempt.refresh_from_db()
    assert (attempt.state, attempt.output) == (AttemptState.STUCK, "draining node 1")
    item = step(day, "Drain")
    assert (item.state, item.question_to) == (ItemState.FAILED, team.ops_lead)
    assert item.reason == "The worker that ran it is gone; nobody knows how far it came."
    assert claim(attempt.pk) is None
    assert not held.goes_on("draining node 2")
    assert settle(held, Verdict(is_good=True, reason="late")) is None
    assert step(day, "Drain").state == ItemState.FAILED
    services.answer(day.pk, item.pk, Answer.DONE, actor=team.ops_lead, reason="all are drained")


@pytest.mark.django_db
def test_a_run_that_nobody_took_is_hinted_at_again(day: Deployment, team: Team) -> None:
    attempt = run(day, team)
    long_ago = clock.now() - timedelta(minutes=1)
    Attempt.objects.filter(pk=attempt.pk).update(hinted_at=long_ago)

    sweeps.sweep()

    attempt.refresh_from_db()
    assert attempt.hinted_at > long_ago
    assert attempt.state == AttemptState.WAITING


@pytest.mark.django_db
def test_a_rollback_and_a_stop_end_what_runs(day: Deployment, team: Team) -> None:
    attempt = run(day, team)
    held = claim(attempt.pk)

    services.roll_back(day.pk, actor=team.ops_lead, reason="errors")

    attempt.refresh_from_db()
    assert (attempt.state, attempt.reason) == (AttemptState.ENDED, "The rollback began.")
    assert held
    assert not held.goes_on("still here")
    assert settle(held, Verdict(is_good=True, reason="late")) is None
    item = step(day, "Drain")
    assert (item.state, item.question_to) == (ItemState.FAILED, None)
    services.stop(day.pk, actor=team.ops_lead, proof=make_proof(), note="half drained")
    day.refresh_from_db()
    assert day.state == State.STOPPED


@pytest.mark.django_db
def test_a_command_is_ended_by_an_ops_lead_or_by_whoever_began_it(
    day: Deployment, team: Team
) -> None:
    item = step(day, "Drain")
    with pytest.raises(Overtaken, match="No command of “Drain” runs any more"):
        services.end_command(day.pk, item.pk, actor=team.ops_lead)
    run(day, team)
    with pytest.raises(Forbidden, match="Only ops leads"):
        services.end_command(day.pk, item.pk, actor=team.release_manager)

    services.end_command(day.pk, item.pk, actor=team.member)

    assert step(day, "Drain").reason == "Member ended its command; look how far it came"


@pytest.mark.django_db
def test_the_database_allows_one_live_run_of_a_step(day: Deployment, team: Team) -> None:
    attempt = run(day, team)
    with pytest.raises(IntegrityError, match="one_live_attempt_of_a_step"), transaction.atomic():
        Attempt.objects.create(
            item=attempt.item, number=2, command="drain", requested_by=team.member,
            requested_at=clock.now(), hinted_at=clock.now(),
        )  # fmt: skip


def test_two_workers_and_two_people_start_a_command_once(
    committed: dict[str, str], settings: LazySettings, tmp_path: Path
) -> None:
    mark = tmp_path / "started"
    script = tmp_path / "drain.py"
    script.write_text(f"open({str(mark)!r}, 'a').write('x')\n")
    settings.PORTAL_COMMANDS = declare(tmp_path, drain=[PYTHON, str(script)])
    team = make_team()
    deployment = make_day(team, runs="drain")
    item = step(deployment, "Drain")

    def begin() -> object:
        return services.run_command(deployment.pk, item.pk, actor=team.member, seen="open")

    answers = at_once(begin, begin)
    assert [str(one) for one in answers if isinstance(one, Exception)] == [
        "Member was faster: “Drain” is In progress."
    ]
    pk = item.attempts.get().pk
    at_once(*[lambda: runner.execute(pk)] * 4)

    assert mark.read_text() == "x"
    assert step(deployment, "Drain").state == ItemState.DONE
    assert deployment.events.filter(verb="item done").count() == 1


def test_output_is_followed_while_it_runs_and_ending_it_ends_the_process(
    committed: dict[str, str], settings: LazySettings, tmp_path: Path
) -> None:
    beat = tmp_path / "beat"
    script = tmp_path / "drain.py"
    script.write_text(
        "import time\nprint('draining node 1', flush=True)\n"
        f"while True:\n    open({str(beat)!r}, 'w').write(str(time.time()))\n    time.sleep(0.05)\n"
    )
    settings.PORTAL_COMMANDS = declare(tmp_path, drain=[PYTHON, str(script)])
    team = make_team()
    deployment = make_day(team, runs="drain")
    attempt = run(deployment, team)

    def work() -> None:
        runner.execute(attempt.pk)
        connections.close_all()

    worker = Thread(target=work)
    worker.start()
    until(lambda: Attempt.objects.get(pk=attempt.pk).output == "draining node 1\n")
    services.end_command(deployment.pk, attempt.item_id, actor=team.ops_lead)
    worker.join(30)

    assert not worker.is_alive()
    last = beat.read_text()
    sleep(0.5)
    assert beat.read_text() == last
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.ENDED
    assert step(deployment, "Drain").state == ItemState.FAILED
