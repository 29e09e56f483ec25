"""A statement that is built once finds what the queryset would that is built each time."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Exists, Func, IntegerField, OuterRef, QuerySet, Value
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from approvals.models import Rule
from deployments.models import Deployment, Membership
from statements import AnyOf, built_once
from tests.builders import Team, make_deployment
from tests.threads import at_once


def rules_of(deployments: list[int]) -> QuerySet[Rule, Any]:
    held = Membership.objects.filter(role=OuterRef("role"))
    rules = Rule.objects.filter(AnyOf("deployment", deployments)).select_related("role")
    return rules.annotate(is_held=Exists(held)).defer("statement").order_by("-position")


def counted(deployments: list[int]) -> QuerySet[Any, Any]:
    rules = Rule.objects.filter(AnyOf("deployment", deployments))
    return rules.order_by("role__key").values("role__key").annotate(count=Count("pk"))


def together(user: int, role: str) -> QuerySet[Any, Any]:
    people = User.objects.filter(pk=user).annotate(what=Value("person")).order_by()
    roles = Role.objects.filter(key=role).annotate(what=Value("role")).order_by()
    return people.values_list("what", "pk").union(roles.values_list("what", "pk")).order_by("what")


def first(state: str, user: int) -> QuerySet[Deployment]:
    led = Deployment.objects.filter(state=state, lead=user)
    return led.order_by("-pk").prefetch_related("rules")[:1]


def told(rules: list[Rule]) -> list[tuple[Any, ...]]:
    with CaptureQueriesContext(connection) as asked:
        found = [(vars(one)["is_held"], one.role.title, one.pk) for one in rules]
    assert not asked.captured_queries
    return found


def test_rows_are_those_of_the_queryset_with_all_that_was_read_with_them(team: Team) -> None:
    deployments = [make_deployment(team).pk, make_deployment(team).pk]
    ask = built_once(rules_of)

    for some in (deployments, deployments[:1], []):
        with CaptureQueriesContext(connection) as asked:
            found = ask(some)
        assert len(asked) == 1
        anew = list(rules_of(some))
        assert found == anew
        assert told(found) == told(anew)
        assert all(one.get_deferred_fields() == {"statement"} for one in found)
    assert ask(deployments)[0].statement  # what was left out is read when it is wanted


def test_values_and_unions_come_as_they_do_otherwise(team: Team) -> None:
    deployment = make_deployment(team)
    assert built_once(counted)([deployment.pk]) == list(counted([deployment.pk]))
    ask = built_once(together)
    for user in (team.ops_lead.pk, team.member.pk):
        assert ask(user, "security") == list(together(user, "security"))
        assert len(ask(user, "security")) == 2


def test_what_is_read_after_the_rows_is_read_each_time(team: Team) -> None:
    made = make_deployment(team)
    ask = built_once(first)
    assert [rule.pk for rule in ask(made.state, made.lead_id)[0].rules.all()]
    made.rules.all().delete()
    assert not ask(made.state, made.lead_id)[0].rules.all()


def test_text_is_written_once_for_each_shape_and_never_for_a_value(team: Team) -> None:
    built: list[bool] = []

    @built_once
    def people(pk: int, *, is_here: bool) -> QuerySet[User]:
        built.append(is_here)
        return User.objects.filter(pk=pk, is_active=is_here)

    for one in (team.ops_lead, team.member, team.ops_lead):
        assert people(one.pk, is_here=True) == [one]
        assert people(one.pk, is_here=False) == []
    assert built == [True, False]


def test_each_thread_asks_by_its_own_connection(real_team: Team) -> None:
    @built_once
    def found(pk: int) -> QuerySet[User, Any]:
        server = Func(function="pg_backend_pid", output_field=IntegerField())
        return User.objects.filter(pk=pk).annotate(server=server)

    here = found(real_team.ops_lead.pk)
    there = at_once(*(lambda: found(real_team.ops_lead.pk),) * 3)

    servers = [one.server for answer in (here, *there) for one in answer]
    assert len(set(servers)) == 4


def test_value_that_is_missing_or_too_much_is_refused(team: Team) -> None:
    ask: Any = built_once(together)
    with pytest.raises(ValueError, match="shorter"):
        ask(1)
    with pytest.raises(ValueError, match="longer"):
        ask(1, "security", 3)


def test_nothing_is_equal_to_what_is_not_known(team: Team) -> None:
    ask: Any = built_once(first)
    make_deployment(team)
    assert ask("draft", None) == []


def test_function_that_does_more_than_compare_fails_where_it_is_written() -> None:
    @built_once
    def by_name(names: list[str]) -> QuerySet[User]:
        return User.objects.filter(username__in=[name.lower() for name in names])

    with pytest.raises(TypeError, match="not iterable"):
        by_name(["ann"])
