"""What a plan meets at its place and time, found from the few that are asked about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.db.models.signals import post_init

from deployments import obstacles
from deployments.clashes import clashes_at, clashes_of
from deployments.enums import HOLDS_ENVIRONMENT, OPEN, State
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_environment, make_service

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NOON = datetime(2099, 1, 1, 12, tzinfo=UTC)
# Beside the fifth, which ends with the seventh: before, touching, over its begin, it, over its end.
BEGINS = (1, 3, 4, 5, 6, 7, 9)


def placed(team: Team, begins: int, **more: object) -> Deployment:
    """Planned for two hours, so many hours after one instant that is the same for all."""
    made, t0 = make_deployment(team), NOON + begins * HOUR
    facts = {"t0": t0, "window_end": t0 + 2 * HOUR, "state": State.IN_REVIEW, **more}
    Deployment.objects.filter(pk=made.pk).update(**facts)
    return made


def warned(deployment: Deployment) -> set[int]:
    found = obstacles.find([Deployment.objects.get(pk=deployment.pk)])[deployment.pk]
    prefixes = ("conflict:", "left:")
    return {
        int(one.key.partition(":")[2]) for one in found.warnings if one.key.startswith(prefixes)
    }


def meets(one: Deployment, other: Deployment) -> bool:
    """The rule by itself, said of two rows."""
    if one.pk == other.pk or one.service_id != other.service_id:
        return False
    if one.environment_id != other.environment_id:
        return False
    if other.state == State.STOPPED or other.state in HOLDS_ENVIRONMENT:
        return True
    assert one.t0 and one.window_end and other.t0 and other.window_end
    overlap = one.t0 < other.window_end and other.t0 < one.window_end
    return overlap and other.state in OPEN


def test_only_what_is_open_at_the_place_and_meets_the_time_is_warned_of(team: Team) -> None:
    elsewhere = make_environment("staging")
    queue = make_service("queue", "Queue")
    made = [placed(team, begins) for begins in BEGINS]
    placed(team, 5, environment=elsewhere)
    placed(team, 5, service=queue)
    placed(team, 5, state=State.CANCELLED)
    rows = {one.pk: one for one in Deployment.objects.all()}
    expected = {
        pk: {other.pk for other in rows.values() if meets(one, other)} for pk, one in rows.items()
    }
    assert {pk: warned(one) for pk, one in rows.items()} == expected
    middle = made[BEGINS.index(5)]
    assert [BEGINS[made.index(rows[pk])] for pk in sorted(expected[middle.pk])] == [4, 6]


@pytest.mark.parametrize("state", sorted([*HOLDS_ENVIRONMENT, State.STOPPED]))
def test_what_holds_the_place_or_left_it_so_is_warned_of_at_any_time(
    team: Team, state: State
) -> None:
    planned, there = placed(team, 50), placed(team, 1, state=state, stopped_note="Left as it is")
    assert warned(planned) == {there.pk}


def test_plan_without_a_time_meets_nothing_but_what_is_there_now(team: Team) -> None:
    draft, other = placed(team, 1, t0=None, window_end=None, state=State.DRAFT), placed(team, 1)
    assert warned(draft) == set()
    Deployment.objects.filter(pk=other.pk).update(state=State.IN_PROGRESS)
    assert warned(draft) == {other.pk}


def test_time_that_is_only_typed_is_met_as_one_that_is_saved(team: Team) -> None:
    moved, other = placed(team, 1), placed(team, 30)
    moved.refresh_from_db()
    other.refresh_from_db()
    assert other.t0
    assert clashes_of(moved) == []
    clause = f"deployment #{other.pk} is planned for the same place and time"
    assert clashes_at(moved, other.t0 + HOUR) == [clause]


def test_many_are_judged_as_each_by_itself(team: Team) -> None:
    made = [placed(team, begins) for begins in BEGINS]
    together = obstacles.find(list(Deployment.objects.all()))
    alone = {one.pk: obstacles.find([Deployment.objects.get(pk=one.pk)])[one.pk] for one in made}
    assert together == alone


def test_of_many_that_are_planned_only_those_that_meet_are_read(team: Team) -> None:
    """S1 and S11: what a page costs does not grow with what it does not show."""
    asked = placed(team, 1)
    for begins, _ in product((10, 20, 30), range(5)):
        placed(team, begins)
    near = placed(team, 2)
    asked = Deployment.objects.get(pk=asked.pk)
    with reading() as read:
        obstacles.find([asked])
    assert read == [near.pk]


@contextmanager
def reading() -> Iterator[list[int]]:
    """The ids of deployments that are read meanwhile."""
    read: list[int] = []

    def note(instance: Deployment, **_: object) -> None:
        read.append(instance.pk)

    post_init.connect(note, sender=Deployment)
    try:
        yield read
    finally:
        post_init.disconnect(note, sender=Deployment)
