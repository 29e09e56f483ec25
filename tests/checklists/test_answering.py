"""A step failed: nothing goes on silently, and one named person is asked."""

from __future__ import annotations

import pytest

from accounts.models import User
from checklists import policies, services
from checklists.enums import Answer, ItemState
from deployments.access.granting import grant
from deployments.enums import Grant
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from tests.builders import Team, make_person
from tests.checklists.makers import do, make_day, say, step

pytestmark = pytest.mark.django_db
FAILED, BEGUN, DONE = ItemState.FAILED, ItemState.IN_PROGRESS, ItemState.DONE


@pytest.fixture
def failed(team: Team) -> Deployment:
    """The second of four steps failed."""
    deployment = make_day(team)
    do(deployment, team, "Drain")
    say(deployment, "Migrate", BEGUN, team)
    say(deployment, "Migrate", FAILED, team, "a lock was not freed")
    return deployment


def answer(deployment: Deployment, to: Answer, team: Team, reason: str = "") -> None:
    item = step(deployment, "Migrate")
    services.answer(deployment.pk, item.pk, to, actor=team.ops_lead, reason=reason, seen="failed")


def test_whoever_began_the_day_is_asked_by_name(failed: Deployment, team: Team) -> None:
    item = step(failed, "Migrate")
    assert item.question_to == team.ops_lead
    event = failed.events.latest("sequence")
    assert (event.verb, event.after) == ("item failed", {"state": "failed", "asks": "ops_lead"})


def test_another_ops_lead_is_asked_when_the_one_who_began_it_no_longer_may(team: Team) -> None:
    deployment = make_day(team)
    second = make_person("zora")
    grant(team.service, Grant.OPS_LEAD, second, actor=None)
    team.ops_lead.is_active = False
    team.ops_lead.save()

    assert say(deployment, "Drain", FAILED, team, "no answer").question_to == second


def test_nobody_is_asked_when_there_is_nobody_and_it_waits_all_the_same(team: Team) -> None:
    deployment = make_day(team)
    team.ops_lead.is_active = False
    team.ops_lead.save()

    assert say(deployment, "Drain", FAILED, team, "no answer").question_to is None
    with pytest.raises(Refused, match="“Drain” failed; an ops lead says first how it goes on"):
        say(deployment, "Drain", BEGUN, team)


def test_nothing_else_begins_before_the_answer(failed: Deployment, team: Team) -> None:
    step(failed, "Deploy").predecessors.clear()

    for text in ("Deploy", "Migrate"):
        with pytest.raises(Refused, match="“Migrate” failed; Ops Lead says first how it goes on"):
            say(failed, text, BEGUN, team)
    with pytest.raises(Refused, match="Ops Lead says first"):
        services.leave_out(
            failed.pk,
            step(failed, "Migrate").pk,
            ItemState.SKIPPED,
            actor=team.member,
            reason="we do without",
        )


def test_what_was_begun_before_may_still_end(team: Team) -> None:
    deployment = make_day(team)
    step(deployment, "Migrate").predecessors.clear()
    say(deployment, "Migrate", BEGUN, team)
    say(deployment, "Drain", FAILED, team, "no answer")

    assert say(deployment, "Migrate", DONE, team).state == DONE


def test_trying_again_begins_it_anew(failed: Deployment, team: Team) -> None:
    began = step(failed, "Migrate").started_at

    answer(failed, Answer.RETRY, team)

    item = step(failed, "Migrate")
    assert (item.state, item.question_to, item.begun_by) == (BEGUN, None, team.ops_lead)
    assert item.started_at > began
    event = failed.events.latest("sequence")
    assert (event.verb, event.after["answer"]) == ("step tried again", "retry")


def test_it_is_taken_as_done_only_with_a_reason(failed: Deployment, team: Team) -> None:
    with pytest.raises(Invalid, match="Say how you know that “Migrate” came through"):
        answer(failed, Answer.DONE, team)

    answer(failed, Answer.DONE, team, "the table is there, checked by hand")

    assert step(failed, "Migrate").state == DONE


def test_a_required_step_is_skipped_by_two_people(failed: Deployment, team: Team) -> None:
    with pytest.raises(Invalid, match="Say why “Migrate” is skipped"):
        answer(failed, Answer.SKIP, team)

    answer(failed, Answer.SKIP, team, "the old schema will do")

    item = step(failed, "Migrate")
    assert (item.state, item.asked_state, item.question_to) == (FAILED, "skipped", team.ops_lead)
    services.agree(failed.pk, item.pk, actor=team.member, seen=policies.asked_as(item))
    item = step(failed, "Migrate")
    assert (item.state, item.question_to) == (ItemState.SKIPPED, None)
    assert (item.state_by, item.seconded_by) == (team.ops_lead, team.member)
    do(failed, team, "Deploy")


def test_an_optional_step_is_skipped_by_one(failed: Deployment, team: Team) -> None:
    failed.items.filter(text="Migrate").update(required=False)

    answer(failed, Answer.SKIP, team, "not needed")

    assert step(failed, "Migrate").state == ItemState.SKIPPED


def test_only_an_ops_lead_who_did_not_request_it_answers(failed: Deployment, team: Team) -> None:
    item = step(failed, "Migrate")

    def by(actor: User) -> None:
        services.answer(failed.pk, item.pk, Answer.RETRY, actor=actor)

    with pytest.raises(Forbidden, match="Only ops leads of this service may say how it goes on"):
        by(team.member)
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)
    with pytest.raises(Forbidden, match="You requested this deployment"):
        by(team.release_manager)


def test_the_second_answer_is_told_who_was_faster(failed: Deployment, team: Team) -> None:
    answer(failed, Answer.RETRY, team)

    with pytest.raises(Overtaken, match="Ops Lead was faster: “Migrate” is In progress"):
        answer(failed, Answer.DONE, team, "it is there")


def test_a_check_of_the_day_that_fails_asks_nobody(team: Team) -> None:
    deployment = make_day(team)
    deployment.items.filter(text="Drain").update(kind="check")

    assert say(deployment, "Drain", FAILED, team, "red").question_to is None
