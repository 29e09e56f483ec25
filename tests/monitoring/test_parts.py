"""Targets, alerts and triggers are edited; alerts are not signed, the others are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deployments import editing
from deployments.exceptions import Invalid
from deployments.models import Deployment
from monitoring.parts import ALERTS, TARGETS, TRIGGERS
from monitoring.plan import AlertPlan, LimitPlan, TriggerPlan
from tests.builders import Team, make_deployment, make_role

pytestmark = pytest.mark.django_db
PLANS: list[tuple[Any, Any, bool]] = [
    (TARGETS, LimitPlan("Hit rate above 85 %", "cache_hit_rate > 85 %"), True),
    (ALERTS, AlertPlan("Hit rate low", "cache_hit_rate < 80 %", "critical"), False),
    (TRIGGERS, TriggerPlan("Errors", "critical_errors > 0", "automatic"), True),
]


def test_who_decides_is_signed_and_the_ops_leads_are_not_named(
    team: Team, deployment: Deployment
) -> None:
    """Plans from before somebody else could decide keep their hash."""
    actor, plan = team.release_manager, TriggerPlan("Errors", "critical_errors > 0")
    (row,) = editing.add(TRIGGERS, deployment.pk, [plan], actor=actor)
    deployment.refresh_from_db()
    usual = deployment.content_hash
    named = replace(plan, decided_by=make_role("product_owner"))
    event = editing.change(
        TRIGGERS, deployment.pk, row.pk, named, actor=actor, shown=plan.fingerprint
    )
    assert event is not None
    assert (event.before, event.after) == (
        {"decided_by": "Ops leads"}, {"decided_by": "Product owner"}
    )  # fmt: skip
    deployment.refresh_from_db()
    assert deployment.content_version is not None
    (signed,) = deployment.content_version.content["monitoring"]["triggers"]
    assert (signed["decided_by"], deployment.content_hash != usual) == ("product_owner", True)
    editing.change(TRIGGERS, deployment.pk, row.pk, plan, actor=actor, shown=named.fingerprint)
    deployment.refresh_from_db()
    assert deployment.content_hash == usual


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team)


@pytest.mark.parametrize(("part", "plan", "is_signed"), PLANS)
def test_limit_is_added_changed_moved_and_taken_out(
    team: Team, deployment: Deployment, part: Any, plan: Any, is_signed: bool
) -> None:
    actor, empty = team.release_manager, deployment.content_hash
    first, second = editing.add(
        part, deployment.pk, [plan, replace(plan, text="Another")], actor=actor
    )
    deployment.refresh_from_db()
    assert (deployment.content_hash != empty) == is_signed
    assert part.plan_of(part.rows(deployment)[0]) == plan
    event = editing.change(
        part, deployment.pk, first.pk, replace(plan, condition=""), actor=actor,
        shown=plan.fingerprint,
    )  # fmt: skip
    assert event is not None
    assert (event.before, event.after) == ({"condition": plan.condition}, {"condition": ""})
    editing.move(part, deployment.pk, second.pk, "up", actor=actor)
    assert [one.pk for one in part.rows(deployment)] == [second.pk, first.pk]
    editing.take_out(part, deployment.pk, [first.pk, second.pk], actor=actor)
    deployment.refresh_from_db()
    assert deployment.content_hash == empty


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (LimitPlan(""), "Write what is watched, such as “cache hit rate above 85 %”."),
        (LimitPlan("x" * 2001), "The text has 2001 characters; 2000 is the most. Shorten it."),
        (LimitPlan("x", "y" * 301), "A condition has at most 300 characters; shorten it."),
        (LimitPlan("a\0"), "The text contains a NUL character; remove it."),
    ],
)
def test_nonsense_is_refused_in_a_sentence(
    team: Team, deployment: Deployment, plan: LimitPlan, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        editing.add(TARGETS, deployment.pk, [plan], actor=team.release_manager)
    assert refused.value.sentence == said
    assert not deployment.targets.exists()


def test_condition_that_cannot_be_read_is_refused(team: Team, deployment: Deployment) -> None:
    with pytest.raises(Invalid, match="cache_hit_rate is fine"):
        editing.add(
            TARGETS, deployment.pk, [LimitPlan("Hit rate", "cache_hit_rate is fine")],
            actor=team.release_manager,
        )  # fmt: skip
