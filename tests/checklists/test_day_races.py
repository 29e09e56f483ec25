"""The day with several people at the same instant, each on a connection of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from accounts.models import User
from checklists import services
from checklists.enums import Answer, ItemState
from deployments import clock
from deployments.access.granting import grant
from deployments.enums import Grant, State
from deployments.exceptions import Refused
from deployments.models import Deployment, Event
from tests.builders import Team, find_team, make_person, make_proof
from tests.checklists.makers import do, make_day, say, step
from tests.threads import at_once


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    return find_team()


def refusals(answers: Sequence[object]) -> list[str]:
    assert all(isinstance(one, Refused | Event | None) for one in answers), answers
    return [one.sentence for one in answers if isinstance(one, Refused)]


def second_lead(team: Team) -> User:
    person = make_person("zora")
    grant(team.service, Grant.OPS_LEAD, person, actor=None)
    return person


def test_of_two_people_who_end_one_step_one_wins_and_the_other_reads_who(team: Team) -> None:
    deployment = make_day(team)
    pk = say(deployment, "Drain", ItemState.IN_PROGRESS, team).pk

    answers = at_once(
        lambda: services.set_state(
            deployment.pk, pk, ItemState.DONE, actor=team.member, seen="in_progress"
        ),
        lambda: services.set_state(
            deployment.pk, pk, ItemState.FAILED, actor=team.ops_lead, seen="in_progress",
            reason="no answer",
        ),
    )  # fmt: skip

    item = step(deployment, "Drain")
    who = {"done": "Member", "failed": "Ops Lead"}[item.state]
    assert refusals(answers) == [f"{who} was faster: “Drain” is {item.get_state_display()}."]


def test_of_two_answers_to_one_failure_one_counts(team: Team) -> None:
    deployment, zora = make_day(team), second_lead(team)
    pk = say(deployment, "Drain", ItemState.FAILED, team, "no answer").pk

    def answer(to: Answer, actor: User) -> object:
        return services.answer(
            deployment.pk, pk, to, actor=actor, reason="seen by hand", seen="failed"
        )

    answers = at_once(
        lambda: answer(Answer.RETRY, team.ops_lead), lambda: answer(Answer.DONE, zora)
    )

    item = step(deployment, "Drain")
    who = {"in_progress": "Ops Lead", "done": "Zora"}[item.state]
    assert refusals(answers) == [f"{who} was faster: “Drain” is {item.get_state_display()}."]


def test_of_complete_stop_and_rollback_at_once_one_happens(team: Team) -> None:
    deployment = make_day(team, steps=("Drain",))
    do(deployment, team, "Drain")

    answers = at_once(
        lambda: services.complete(deployment.pk, actor=team.ops_lead),
        lambda: services.complete(deployment.pk, actor=team.ops_lead),
        lambda: services.stop(
            deployment.pk, actor=team.ops_lead, proof=make_proof(), note="as it was"
        ),
    )

    deployment.refresh_from_db()
    verb = {State.WATCHING: "completed", State.STOPPED: "stopped"}[State(deployment.state)]
    assert len(refusals(answers)) == 2
    moves = deployment.events.filter(verb__in=["completed", "stopped"])
    assert list(moves.values_list("verb", flat=True)) == [verb]


def test_a_rollback_begins_once_when_two_begin_it(team: Team) -> None:
    deployment, zora = make_day(team), second_lead(team)

    answers = at_once(
        lambda: services.roll_back(deployment.pk, actor=team.ops_lead, reason="errors"),
        lambda: services.roll_back(deployment.pk, actor=zora, reason="slow"),
    )

    assert refusals(answers) == ["This deployment is being rolled back already."]
    assert deployment.events.filter(verb="rollback begun").count() == 1


def test_of_two_watched_deployments_one_is_rolled_back_at_a_time(team: Team) -> None:
    first = make_day(team)
    Deployment.objects.filter(pk=first.pk).update(state=State.WATCHING, completed_at=clock.now())
    second = make_day(team)
    Deployment.objects.filter(pk=second.pk).update(state=State.WATCHING, completed_at=clock.now())

    def roll_back(pk: int) -> object:
        return services.roll_back(pk, actor=team.ops_lead, reason="errors", aware=True)

    answers = at_once(lambda: roll_back(first.pk), lambda: roll_back(second.pk))

    [sentence] = refusals(answers)
    assert sentence.startswith(("Another deployment has just started on", "Production is held by"))
    assert Deployment.objects.filter(state=State.ROLLING_BACK).count() == 1


def test_a_rollback_is_finished_once_and_never_while_a_step_begins(team: Team) -> None:
    deployment = make_day(team, way_back=("Back",))
    services.roll_back(deployment.pk, actor=team.ops_lead, reason="errors")
    do(deployment, team, "Back")
    pk = step(deployment, "Back").pk

    answers = at_once(
        lambda: services.finish_rollback(deployment.pk, actor=team.ops_lead),
        lambda: services.finish_rollback(deployment.pk, actor=team.ops_lead),
        lambda: services.set_state(
            deployment.pk, pk, ItemState.OPEN, actor=team.member, seen="done"
        ),
    )

    deployment.refresh_from_db()
    if deployment.state == State.ROLLED_BACK:
        assert len(refusals(answers)) == 2
        assert step(deployment, "Back").state == ItemState.DONE
    else:
        assert refusals(answers) == ["Not rolled back yet: “Back” still to be done."] * 2
