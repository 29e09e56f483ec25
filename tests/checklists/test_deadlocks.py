"""Steps before T0 that nobody could ever tick before T0."""

from __future__ import annotations

import pytest

from checklists.deadlocks import never_done, never_ready
from checklists.models import Item
from tests.builders import Team, make_deployment


@pytest.mark.parametrize(
    ("waits", "stuck"),
    [
        ({}, set()),
        ({1: {2}, 2: {3}, 3: ()}, set()),
        ({1: {2}, 2: {1}, 3: ()}, {1, 2}),
        ({1: {1}}, {1}),
        ({1: {9}, 2: {1}, 3: ()}, {1, 2}),  # 9 is none of them: it comes later
    ],
)
def test_what_no_order_reaches(waits: dict[int, set[int]], stuck: set[int]) -> None:
    assert never_done(waits) == stuck


@pytest.mark.django_db
def test_step_that_waits_for_a_later_phase_or_a_circle_is_named(team: Team) -> None:
    deployment = make_deployment(team, items=("Freeze", "Migrate", "Check"), steps=("Deploy",))
    freeze, migrate, check, deploy = deployment.items.order_by("position")
    Item.objects.filter(pk__in=[freeze.pk, migrate.pk]).update(kind="step")
    assert never_ready(deployment) == []

    freeze.predecessors.add(migrate)
    migrate.predecessors.add(freeze)
    assert never_ready(deployment) == ["Freeze", "Migrate"]

    migrate.predecessors.set([deploy])
    assert never_ready(deployment) == ["Freeze", "Migrate"]

    # A check waits for nothing, and what was taken out of the plan holds up nobody.
    check.predecessors.add(deploy)
    Item.objects.filter(pk=deploy.pk).update(removed_at=deployment.created_at)
    assert never_ready(deployment) == []


@pytest.mark.django_db
def test_optional_step_is_not_missed(team: Team) -> None:
    deployment = make_deployment(team, items=("Freeze",))
    step = deployment.items.get(position=1)
    step.predecessors.add(step)
    Item.objects.filter(pk=step.pk).update(kind="step")
    assert never_ready(deployment) == ["Freeze"]
    Item.objects.filter(pk=step.pk).update(required=False)
    assert never_ready(deployment) == []
