"""Complete, stop, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.verdict import outlook
from checklists import services
from checklists.enums import ItemState
from deployments import blockers, clock
from deployments.enums import State
from deployments.exceptions import (
    Forbidden,
    Invalid,
    NeedsFreshAuthentication,
    Overtaken,
    Refused,
)
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_proof
from tests.checklists.makers import WAY_BACK, do, make_day, say, step

pytestmark = pytest.mark.django_db
NOTE = "the old version runs, the cache is cold"
REASON = "error rate above 5 %"


def stop(deployment: Deployment, team: Team) -> None:
    services.stop(deployment.pk, actor=team.ops_lead, proof=make_proof(), note=NOTE)


def roll_back(deployment: Deployment, team: Team, *, aware: bool = False) -> None:
    services.roll_back(deployment.pk, actor=team.ops_lead, reason=REASON, aware=aware)
    deployment.refresh_from_db()


def finish(deployment: Deployment, team: Team) -> None:
    services.finish_rollback(deployment.pk, actor=team.ops_lead)
    deployment.refresh_from_db()


def test_complete_is_refused_while_required_steps_are_open(team: Team) -> None:
    deployment = make_day(team)
    do(deployment, team, "Drain", "Migrate")

    with pytest.raises(Refused, match="Not complete: “Deploy” and 1 more still to be done"):
        services.complete(deployment.pk, actor=team.ops_lead)

    do(deployment, team, "Deploy", "Check")
    services.complete(deployment.pk, actor=team.ops_lead)
    with pytest.raises(Refused, match="is watching and cannot become watching"):
        services.complete(deployment.pk, actor=team.ops_lead)


def test_complete_is_refused_while_somebody_is_at_an_optional_step(team: Team) -> None:
    deployment = make_day(team, steps=("Drain", "Warm up"))
    do(deployment, team, "Drain")
    deployment.items.filter(text="Warm up").update(required=False)
    say(deployment, "Warm up", ItemState.IN_PROGRESS, team)

    with pytest.raises(Refused, match="Not complete: “Warm up” still to be done"):
        services.complete(deployment.pk, actor=team.ops_lead)
    assert outlook(deployment).progress.under_way == ("Warm up",)

    say(deployment, "Warm up", ItemState.OPEN, team)
    services.complete(deployment.pk, actor=team.ops_lead)


def test_stop_needs_a_fresh_proof_and_how_the_place_is_left(team: Team) -> None:
    deployment = make_day(team)

    with pytest.raises(NeedsFreshAuthentication):
        services.stop(deployment.pk, actor=team.ops_lead, proof=make_proof(6), note=NOTE)
    with pytest.raises(Invalid, match="Say how the environment was left"):
        services.stop(deployment.pk, actor=team.ops_lead, proof=make_proof(), note=" ")
    with pytest.raises(Forbidden, match="Only ops leads"):
        services.stop(deployment.pk, actor=team.member, proof=make_proof(), note=NOTE)

    stop(deployment, team)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.stopped_note) == (State.STOPPED, NOTE)
    assert deployment.ended_at == deployment.events.get(verb="stopped").at
    with pytest.raises(Refused, match="is stopped and cannot become"):
        stop(deployment, team)


def left(deployment: Deployment) -> list[str]:
    warnings = blockers.find_all([deployment])[deployment.pk]["plan"].warnings
    return [one.clause for one in warnings if one.key.startswith("left:")]


def test_the_next_deployment_there_shows_how_it_was_left_until_it_completes(team: Team) -> None:
    stopped = make_day(team)
    stop(stopped, team)
    following = make_deployment(team)

    said = [f"deployment #{stopped.pk} was stopped there and left it so: {NOTE}"]
    assert left(following) == said
    Deployment.objects.filter(pk=following.pk).update(
        state=State.WATCHING, started_at=clock.now(), completed_at=clock.now()
    )
    assert left(make_deployment(team, t0_in=timedelta(days=2))) == []


def test_a_rollback_begins_with_a_reason_from_in_progress_or_watching(team: Team) -> None:
    for state in (State.IN_PROGRESS, State.WATCHING):
        deployment = make_day(team)
        Deployment.objects.filter(pk=deployment.pk).update(state=state)
        with pytest.raises(Invalid, match="Say why it is rolled back"):
            services.roll_back(deployment.pk, actor=team.ops_lead, reason=" ")
        with pytest.raises(Forbidden, match="Only ops leads"):
            services.roll_back(deployment.pk, actor=team.member, reason=REASON)

        roll_back(deployment, team)

        assert (deployment.state, deployment.rollback_reason) == (State.ROLLING_BACK, REASON)
        with pytest.raises(Overtaken, match="is being rolled back already"):
            roll_back(deployment, team)
        Deployment.objects.filter(pk=deployment.pk).update(state=State.CANCELLED)


def test_a_draft_and_what_is_over_are_not_rolled_back(team: Team) -> None:
    deployment = make_deployment(team)
    with pytest.raises(Refused, match="is draft and cannot become rolling back"):
        roll_back(deployment, team)
    with pytest.raises(Refused, match="cannot become rolled back"):
        finish(deployment, team)


def test_a_watched_deployment_is_not_rolled_back_while_another_holds_the_place(team: Team) -> None:
    watched = make_day(team)
    Deployment.objects.filter(pk=watched.pk).update(state=State.WATCHING, completed_at=clock.now())
    running = make_day(team)

    with pytest.raises(Refused, match=f"is held by deployment #{running.pk}"):
        roll_back(watched, team)
    Deployment.objects.filter(pk=running.pk).update(state=State.WATCHING)
    with pytest.raises(Invalid, match="Read what the way back does not bring back"):
        roll_back(watched, team)
    roll_back(watched, team, aware=True)


def test_the_way_back_has_its_own_steps_and_acts(team: Team) -> None:
    deployment = make_day(team)
    do(deployment, team, "Drain")
    with pytest.raises(Refused, match="during a rollback; now it is “In progress”"):
        say(deployment, WAY_BACK[0], ItemState.IN_PROGRESS, team)

    roll_back(deployment, team)

    with pytest.raises(Refused, match="while the deployment is in progress; now it is “Rolling"):
        say(deployment, "Migrate", ItemState.IN_PROGRESS, team)
    with pytest.raises(Refused, match="Not rolled back yet: “Deploy the old version” and 1 more"):
        finish(deployment, team)
    failed = say(deployment, WAY_BACK[0], ItemState.FAILED, team, "the registry is down")
    assert failed.question_to == team.ops_lead
    assert "“Deploy the old version” failed" in outlook(deployment).sentence


def test_a_finished_rollback_says_what_it_left_behind(team: Team) -> None:
    deployment = make_day(team)
    deployment.items.filter(text="Migrate").update(irreversible=True)
    do(deployment, team, "Drain", "Migrate")
    say(deployment, "Deploy", ItemState.IN_PROGRESS, team)
    with pytest.raises(Invalid, match="Read what the way back does not bring back"):
        roll_back(deployment, team)
    roll_back(deployment, team, aware=True)
    deployment.items.filter(text=WAY_BACK[1]).update(required=False)
    do(deployment, team, WAY_BACK[0])
    services.leave_out(
        deployment.pk,
        step(deployment, WAY_BACK[1]).pk,
        ItemState.SKIPPED,
        actor=team.member,
        reason="the backup is older than the orders",
    )

    finish(deployment, team)

    assert deployment.state == State.ROLLED_BACK
    event = deployment.events.get(verb="rolled back")
    assert (event.after["left_behind"], event.at) == (
        [
            "“Migrate” cannot be undone and was begun; what it changed stays.",
            "“Deploy” was under way when the rollback began.",
            "“Restore the database” was not done on the way back: the backup is older than the"
            " orders.",
        ],
        deployment.ended_at,
    )
    assert outlook(deployment).sentence == f"Rolled back: {REASON}."
    with pytest.raises(Refused, match="is rolled back and cannot become"):
        finish(deployment, team)


def test_nothing_is_left_behind_when_all_of_the_way_back_was_gone(team: Team) -> None:
    deployment = make_day(team)
    do(deployment, team, "Drain")
    roll_back(deployment, team)
    do(deployment, team, *WAY_BACK)

    finish(deployment, team)

    assert deployment.events.get(verb="rolled back").after["left_behind"] == []


def test_without_a_planned_way_back_a_rollback_says_so_first(team: Team) -> None:
    deployment = make_day(team, way_back=())
    with pytest.raises(Invalid, match="Read what the way back does not bring back"):
        roll_back(deployment, team)

    roll_back(deployment, team, aware=True)
    finish(deployment, team)
    assert deployment.state == State.ROLLED_BACK


def test_a_rollback_may_end_in_a_stop(team: Team) -> None:
    deployment = make_day(team)
    roll_back(deployment, team)

    stop(deployment, team)

    deployment.refresh_from_db()
    assert deployment.state == State.STOPPED
