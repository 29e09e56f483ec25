"""The content hash changes exactly when what is signed does (SEMANTICS §1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import hypothesis
import pytest
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from approvals.definitions import PolledDefinition
from approvals.models import PolledRole, Rule
from approvals.services import define as define_rules
from checklists.enums import Kind, Phase
from checklists.models import Item, Section
from communications.models import MessagePlan
from communications.services import define_plan
from deployments import clock, content
from deployments.canonical import digest
from deployments.models import Deployment, Environment, Service
from gates.definitions import GateDefinition
from gates.models import Gate
from gates.services import define_gates
from monitoring import services as monitoring
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)
from monitoring.models import AlertRule, Target, Trigger, Watch, Widget
from tests.builders import Team, make_deployment, make_person, make_role, make_service

pytestmark = pytest.mark.django_db

# What is signed, column by column; every other column of these tables is not. A definition that is
# taken out of the plan is no longer part of it, and a step that is added on the day never is.
SIGNED: dict[type[models.Model], set[str]] = {
    Deployment: {"package", "branch", "commit", "digest", "service", "environment"},
    Section: set(),
    Item: {
        "key", "kind", "phase", "text", "required", "evidence_demanded", "irreversible", "commands",
        "choices", "removed_at", "runs", "ad_hoc", "condition",
    },
    Gate: {
        "key", "title", "kind", "settings", "condition", "required", "machine_only", "unwaivable",
        "interval", "settle", "timeout", "freshness", "need_good", "max_bad", "max_bad_streak",
        "max_error_streak", "on_no_data", "removed_at",
    },
    Rule: {
        "key", "role", "statement", "count", "order_group", "removed_at", "time_sensitive",
        "asked_until", "holds_for",
    },
    PolledRole: {"role"},
    Target: {"key", "text", "condition"},
    Trigger: {"key", "text", "condition", "mode", "countdown_seconds", "decided_by"},
    AlertRule: set(),
    Widget: set(),
    MessagePlan: set(),
    Watch: set(),
}  # fmt: skip
# Who and when are set together, as the database asks; these are moved along with their partner.
TOGETHER: dict[tuple[type[models.Model], str], Callable[[Any], dict[str, Any]]] = {
    (Item, "state"): lambda one: {"state": "done"},
    (Item, "question_to"): lambda one: {"question_to": one.deployment.lead, "state": "failed"},
    (Item, "state_by"): lambda one: {"state_by": one.deployment.lead, "state_at": clock.now()},
    (Item, "state_at"): lambda one: {"state_by": one.deployment.lead, "state_at": clock.now()},
    (Item, "chosen"): lambda one: {"chosen": "yes", "state": "done"},
    (Item, "due_anchor"): lambda one: {"due_anchor": "t0", "due_offset": timedelta(hours=-3)},
    (Item, "due_offset"): lambda one: {"due_anchor": "t0", "due_offset": timedelta(hours=-3)},
    **{
        (Item, column): lambda one: {
            "asked_state": "skipped",
            "asked_by": one.deployment.lead,
            "asked_at": clock.now(),
            "asked_reason": "no time",
        }
        for column in ("asked_state", "asked_by", "asked_at", "asked_reason")
    },
    (Watch, "opened_at"): lambda one: {
        "opened_at": clock.now(),
        "ends_at": clock.now() + timedelta(hours=1),
    },
    (Watch, "ends_at"): lambda one: {
        "opened_at": clock.now(),
        "ends_at": clock.now() + timedelta(hours=1),
    },
    (MessagePlan, "day"): lambda one: {"day": -1, "at": time(9)},
    (MessagePlan, "at"): lambda one: {"day": -1, "at": time(9)},
    (Rule, "asked_until"): lambda one: {"asked_until": timedelta(hours=48)},
    (Rule, "holds_for"): lambda one: {"holds_for": timedelta(days=3)},
    (Deployment, "t0"): lambda one: {"t0": one.t0 + timedelta(minutes=1)},
    **{
        (Deployment, column): lambda one: {"rollback_at": one.t0, "rollback_reason": "It is slow"}
        for column in ("rollback_at", "rollback_reason")
    },
    **{
        (Target, column): lambda one: {
            "verdict": "met",
            "judged_at": clock.now(),
            "judged_by": one.deployment.lead,
        }
        for column in ("verdict", "judged_at", "judged_by")
    },
    (Deployment, "successor"): lambda one: {"successor": one, "state": "cancelled"},
}
# Which row it is, whose it is, and what the database itself refuses to move; what cannot be undone
# has its time only on an item that is signed as such.
FIXED = {"id", "deployment", "content_version", "requester", "no_return_at"}


def make_whole(team: Team, texts: tuple[str, ...] = ("Back up",)) -> Deployment:
    """A deployment with at least one row in every table of definitions."""
    deployment = make_deployment(team, items=texts, steps=("Deploy", "Check"))
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        define_gates(locked, [GateDefinition("API", "http", {"url": "https://example.org/"})])
        define_rules(locked, [], [PolledDefinition("security", "Security", "the scan")])
        monitoring.define(
            locked,
            targets=[TargetDefinition("Fast", "latency < 200 ms")],
            alerts=[AlertDefinition("Slow", "latency > 500 ms", "warning")],
            triggers=[TriggerDefinition("Broken", "errors > 5 %", "automatic")],
            widgets=[WidgetDefinition("Latency", ["latency"])],
            length=timedelta(hours=48),
        )
        define_plan(locked, [])
        content.refresh(locked, team.release_manager)
    return Deployment.objects.get(pk=deployment.pk)


def other_value(row: models.Model, field: Any) -> Any:
    """Some other value that the column takes."""
    old = getattr(row, field.attname)
    match field:
        case models.ForeignKey():
            return another(field.related_model, old)
        case ArrayField():
            return [*old, "other@example.net"]
        case models.JSONField():
            return {"url": "https://example.org/other"} if isinstance(old, dict) else ["other"]
        case models.BooleanField():
            return not old
        case models.DurationField():
            return (old or timedelta(0)) + timedelta(seconds=7)
        case models.DateTimeField():
            return clock.now() + timedelta(hours=9)
        case models.CharField() | models.TextField() if field.choices:
            return next(value for value, _ in field.choices if value != old)
        case models.CharField() | models.TextField():
            return f"x{old}"[: field.max_length]
        case _:
            return (old or 0) + 1


def another(model: Any, old: Any) -> Any:
    made: dict[Any, Callable[[], Any]] = {
        get_user_model(): lambda: make_person("another"),
        Role: lambda: make_role("another"),
        Service: lambda: make_service("another", "Another"),
        Environment: lambda: Environment.objects.create(key="another", title="Another"),
    }
    if model in made:
        return made[model]().pk
    return model._default_manager.exclude(pk=old).values_list("pk", flat=True).first()


def columns(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in FIXED]


def rows_of(model: type[models.Model], deployment: Deployment) -> list[models.Model]:
    manager = model._default_manager
    if model is Deployment:
        return [deployment]
    return list(manager.filter(deployment=deployment).order_by("pk"))


def changes_hash(deployment: Deployment, row: models.Model, column: str) -> bool:
    """Change one column of one row where it lies, see what that does to the hash, put it back."""
    model = type(row)
    together = TOGETHER.get((model, column))
    with transaction.atomic():
        field: Any = model._meta.get_field(column)
        change = together(row) if together else {field.attname: other_value(row, field)}
        updated = model._default_manager.filter(pk=row.pk).update(**change)
        assert updated == 1
        fresh = digest(content.collect(Deployment.objects.get(pk=deployment.pk)))
        transaction.set_rollback(True)
    return fresh != deployment.content_hash


@pytest.mark.parametrize("model", SIGNED, ids=lambda model: model.__name__)
def test_hash_changes_with_the_signed_columns_and_with_no_other(
    team: Team, model: type[models.Model]
) -> None:
    deployment = make_whole(team)
    row = rows_of(model, deployment)[0]
    found = {name for name in columns(model) if changes_hash(deployment, row, name)}
    assert found == SIGNED[model]


def test_order_of_steps_is_signed_and_their_place_is_not(team: Team) -> None:
    deployment = make_whole(team)
    first, second, third = deployment.items.order_by("position")
    third.predecessors.set([first])
    assert digest(content.collect(deployment)) != deployment.content_hash
    third.predecessors.set([second])
    assert digest(content.collect(deployment)) == deployment.content_hash


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
@given(
    texts=st.lists(st.text("abé→ \n", min_size=1, max_size=9), min_size=1, max_size=4),
    picks=st.lists(st.integers(0, 9999), min_size=6, max_size=6),
    kind=st.sampled_from(list(Kind)),
    phase=st.sampled_from(list(Phase)),
)
def test_any_single_change_of_any_deployment_changes_the_hash_if_it_is_signed(
    team: Team, texts: list[str], picks: list[int], kind: Kind, phase: Phase
) -> None:
    deployment = make_whole(team, tuple(texts))
    with transaction.atomic():
        Item.objects.filter(deployment=deployment, position=1).update(kind=kind, phase=phase)
        content.refresh(Deployment.objects.lock(deployment.pk), team.release_manager)
    deployment = Deployment.objects.get(pk=deployment.pk)
    cells = [
        (row, column)
        for model in SIGNED
        for row in rows_of(model, deployment)
        for column in columns(model)
    ]
    for pick in picks:
        row, column = cells[pick % len(cells)]
        is_signed = column in SIGNED[type(row)]
        assert changes_hash(deployment, row, column) is is_signed, (type(row), column)


def test_saving_without_a_real_change_adds_no_version(team: Team) -> None:
    deployment = make_whole(team)
    before = deployment.versions.count(), deployment.event_count
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.update(planned_minutes=9, position=models.F("position") + 10)
        assert content.refresh(locked, team.release_manager) is False
    deployment.refresh_from_db()
    assert (deployment.versions.count(), deployment.event_count) == before
