"""Ticks, their order and their phases."""

import pytest
from django.db import IntegrityError, transaction

from checklists import services
from checklists.enums import ItemState, Kind, Phase
from checklists.models import Item
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_proof

pytestmark = pytest.mark.django_db


def make_running(team: Team, steps: tuple[str, ...] = ("Stop", "Copy", "Start")) -> Deployment:
    """In progress, as after a start; what a start needs is tested with the decision."""
    deployment = make_deployment(team, steps=steps, submitted=True)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.IN_PROGRESS)
    deployment.refresh_from_db()
    return deployment


def tick(
    deployment: Deployment, position: int, team: Team, *, reason: str = "", seen: str | None = None
) -> None:
    item = deployment.items.get(position=position)
    services.set_state(
        deployment.pk, item.pk, ItemState.DONE, actor=team.member, reason=reason, seen=seen
    )


def test_tick_says_who_and_when(team: Team) -> None:
    deployment = make_deployment(team)

    tick(deployment, 1, team)

    item = deployment.items.get(position=1)
    assert (item.state, item.state_by) == (ItemState.DONE, team.member)
    event = deployment.events.latest("sequence")
    assert (event.verb, event.actor, event.at) == ("item done", team.member, item.state_at)
    assert (event.before, event.after) == ({"state": "open"}, {"state": "done"})


def test_untick_is_recorded_and_tick_twice_is_one_event(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    tick(deployment, 1, team)
    tick(deployment, 1, team)
    services.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)

    verbs = deployment.events.filter(object_kind="item").values_list("verb", flat=True)
    assert list(verbs) == ["item done", "item reopened"]


def test_tick_is_refused_when_the_person_only_reads(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    with pytest.raises(Forbidden, match="Only members of this service may tick items"):
        services.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.stakeholder)


def test_tick_is_refused_when_the_phase_has_not_come_or_is_over(team: Team) -> None:
    deployment = make_deployment(team)
    with pytest.raises(Refused, match="while the deployment is in progress; now it is “Draft”"):
        tick(deployment, 2, team)

    running = make_running(team)
    with pytest.raises(Refused, match="before the deployment starts; now it is “In progress”"):
        tick(running, 1, team)


def test_step_is_refused_when_the_one_before_is_open(team: Team) -> None:
    deployment = make_running(team)

    with pytest.raises(Refused, match="Comes after “Stop”, which is not done yet"):
        tick(deployment, 3, team)

    tick(deployment, 2, team)
    tick(deployment, 3, team)
    assert deployment.items.filter(state=ItemState.DONE).count() == 2


def test_step_does_not_wait_for_what_nobody_can_close_any_more(team: Team) -> None:
    """Neither for an optional check of before the start, nor for a step of the way back."""
    deployment = make_running(team)
    check, back = deployment.items.get(position=1), deployment.items.get(position=4)
    Item.objects.filter(pk=check.pk).update(required=False)
    Item.objects.filter(pk=back.pk).update(kind=Kind.ROLLBACK_STEP, phase=Phase.ROLLBACK)
    deployment.items.get(position=2).predecessors.set([check, back])

    tick(deployment, 2, team)

    assert deployment.items.get(position=2).state == ItemState.DONE


def test_second_person_is_told_who_was_faster(team: Team) -> None:
    deployment = make_deployment(team)
    tick(deployment, 1, team)
    item = deployment.items.get(position=1)

    with pytest.raises(Overtaken, match="Member was faster: “Back up the database” is Done"):
        services.set_state(
            deployment.pk, item.pk, ItemState.FAILED, actor=team.ops_lead, reason="x", seen="open"
        )


def test_failure_needs_a_reason_and_blocks(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    with pytest.raises(Invalid, match="Say why"):
        services.set_state(deployment.pk, item.pk, ItemState.FAILED, actor=team.member)
    services.set_state(
        deployment.pk, item.pk, ItemState.FAILED, actor=team.member, reason="disk full"
    )

    assert Item.objects.get(pk=item.pk).reason == "disk full"


def test_required_item_is_not_left_out_by_one_person(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    with pytest.raises(Refused, match="is required and cannot be left out by one person alone"):
        services.set_state(
            deployment.pk, item.pk, ItemState.SKIPPED, actor=team.member, reason="later"
        )


def test_complete_is_refused_while_steps_are_open_and_names_the_first(team: Team) -> None:
    deployment = make_running(team)

    with pytest.raises(Refused, match="Not complete: “Stop” and 2 more still to be done"):
        services.complete(deployment.pk, actor=team.ops_lead)


def test_complete_opens_the_watch_when_every_step_is_done(team: Team) -> None:
    deployment = make_running(team)
    for position in (2, 3, 4):
        tick(deployment, position, team)

    services.complete(deployment.pk, actor=team.ops_lead)

    deployment.refresh_from_db()
    assert deployment.state == State.WATCHING
    assert deployment.completed_at is not None


def test_complete_is_refused_when_the_person_does_not_lead_operations(team: Team) -> None:
    with pytest.raises(Forbidden, match="Only ops leads"):
        services.complete(make_running(team).pk, actor=team.member)


def test_stop_needs_a_note_of_how_the_environment_was_left(team: Team) -> None:
    deployment = make_running(team)

    with pytest.raises(Invalid, match="Say how the environment was left"):
        services.stop(deployment.pk, actor=team.ops_lead, proof=make_proof(), note=" ")
    services.stop(
        deployment.pk,
        actor=team.ops_lead,
        proof=make_proof(),
        note="old version runs, cache is cold",
    )

    deployment.refresh_from_db()
    assert (deployment.state, deployment.stopped_note) == (
        State.STOPPED,
        "old version runs, cache is cold",
    )


def test_state_without_who_is_refused_by_the_database(team: Team) -> None:
    item = make_deployment(team).items.get(position=1)

    with pytest.raises(IntegrityError, match="item_state_has_who_and_when"), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(state_by=team.member)
