"""Two people at the same instant, each on a connection of their own."""

from collections.abc import Sequence

import pytest

from checklists import policies, services
from checklists.enums import ItemState
from deployments.exceptions import Overtaken
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment, make_team
from tests.threads import at_once


@pytest.fixture
def scene(committed: dict[str, str]) -> tuple[Team, Deployment]:
    team = make_team()
    return team, make_deployment(team, items=("A", "B"), steps=(), roles=())


def refusals(answers: Sequence[object]) -> list[str]:
    return [str(one) for one in answers if isinstance(one, Exception)]


def test_of_two_people_who_answer_choose_or_tick_at_once_one_is_told(
    scene: tuple[Team, Deployment],
) -> None:
    team, deployment = scene
    first, second = deployment.items.order_by("position")
    agree_and_decline(team, deployment, first.pk)
    two_choices(team, deployment, second.pk)
    bulk_and_tick(team, deployment, [first.pk, second.pk])


def agree_and_decline(team: Team, deployment: Deployment, pk: int) -> None:
    services.leave_out(
        deployment.pk, pk, ItemState.SKIPPED, actor=team.member, reason="not in this release"
    )
    seen = policies.asked_as(deployment.items.get(pk=pk))
    answers = at_once(
        lambda: services.agree(deployment.pk, pk, actor=team.ops_lead, seen=seen),
        lambda: services.decline(
            deployment.pk, pk, actor=team.release_manager, reason="it is due", seen=seen
        ),
    )
    assert [type(one) for one in answers if isinstance(one, Exception)] == [Overtaken]
    item = deployment.items.get(pk=pk)
    agreed = isinstance(answers[0], Event)
    assert (item.state, item.asked_state) == ("skipped" if agreed else "open", "")
    if agreed:
        services.set_state(deployment.pk, pk, ItemState.OPEN, actor=team.member)


def two_choices(team: Team, deployment: Deployment, pk: int) -> None:
    deployment.items.filter(pk=pk).update(choices=["left", "right"])
    answers = at_once(
        lambda: services.choose(deployment.pk, pk, "left", actor=team.member, seen="open"),
        lambda: services.choose(deployment.pk, pk, "right", actor=team.ops_lead, seen="open"),
    )
    chosen = deployment.items.get(pk=pk).chosen
    who = {"left": "Member", "right": "Ops Lead"}[chosen]
    assert refusals(answers) == [f"{who} was faster: “B” is Done: {chosen}."]
    services.set_state(deployment.pk, pk, ItemState.OPEN, actor=team.member)
    deployment.items.filter(pk=pk).update(choices=[])


def bulk_and_tick(team: Team, deployment: Deployment, pks: list[int]) -> None:
    section = deployment.sections.get(position=1)
    before = deployment.events.filter(verb="item done").count()
    answers = at_once(
        lambda: services.tick_several(deployment.pk, section.pk, pks, actor=team.ops_lead),
        lambda: services.set_state(
            deployment.pk, pks[0], ItemState.DONE, actor=team.member, seen="open"
        ),
    )
    done = deployment.items.filter(state=ItemState.DONE).count()
    events = deployment.events.filter(verb="item done").count() - before
    if isinstance(answers[0], Overtaken):
        assert refusals(answers) == [
            "Nothing was ticked, since something changed. “A” is Done by Member already."
        ]
        assert (done, events) == (1, 1)
    else:
        assert answers[1] is None
        assert (done, events) == (2, 2)
