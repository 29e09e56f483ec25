"""A change that is built once changes the rows that `update` would, and says which."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from approvals.models import Rule
from statements import AnyOf, Change, change_built_once
from tests.builders import Team, make_deployment

pytestmark = pytest.mark.django_db


@change_built_once
def restated(rules: list[int], role: str, *, statement: str, count: int) -> Change:
    """By a joined table, with a number of its own and one that is said."""
    mine = Rule.objects.filter(AnyOf("pk", rules), role__key=role)
    return mine, {"statement": statement, "count": count, "position": F("position") + 1}


def values(rules: list[int]) -> list[Any]:
    columns = ("pk", "statement", "count", "position")
    return list(Rule.objects.filter(pk__in=rules).order_by("pk").values_list(*columns))


def test_it_writes_what_update_would_and_answers_with_the_ids(team: Team) -> None:
    rules = [*make_deployment(team).rules.values_list("pk", flat=True)]
    (security,) = Rule.objects.filter(pk__in=rules, role__key="security")
    with transaction.atomic():
        Rule.objects.filter(pk__in=rules, role__key="security").update(
            statement="Said %s", count=2, position=F("position") + 1
        )
        expected = values(rules)
        transaction.set_rollback(True)
    assert values(rules) != expected

    with CaptureQueriesContext(connection) as asked:
        assert restated(rules, "security", statement="Said %s", count=2) == [security.pk]
    assert len(asked) == 1
    assert values(rules) == expected


def test_it_finds_as_many_as_there_are_and_says_other_values_each_time(team: Team) -> None:
    rules = [*make_deployment(team).rules.values_list("pk", flat=True)]
    more = [*make_deployment(team).rules.values_list("pk", flat=True)]
    assert restated([], "security", statement="", count=1) == []
    assert restated(rules, "nobody", statement="", count=1) == []
    assert len(restated([*rules, *more], "operations", statement="Both", count=1)) == 2
    assert len(restated(more, "operations", statement="One", count=1)) == 1
    said = Rule.objects.filter(role__key="operations").order_by("pk")
    assert [one.statement for one in said] == ["Both", "One"]


def test_value_that_is_missing_unknown_or_too_much_is_refused() -> None:
    ask: Any = restated
    with pytest.raises(TypeError, match="missing a required"):
        ask([1], "security", statement="")
    with pytest.raises(TypeError, match="unexpected keyword"):
        ask([1], "security", statement="", count=1, colour="red")
    with pytest.raises(TypeError, match="too many positional"):
        ask([1], "security", "", 1)


def test_change_that_the_database_refuses_spoils_its_transaction(team: Team) -> None:
    rules = [*make_deployment(team).rules.values_list("pk", flat=True)]
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            restated(rules, "security", statement="", count=-1)
        assert connection.needs_rollback
        with pytest.raises(DatabaseError):
            Rule.objects.exists()
        transaction.set_rollback(True)
