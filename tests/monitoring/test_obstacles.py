"""Before GO: what nothing measures, and what is judged in a unit that cannot be compared."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from deployments import services
from deployments.models import Deployment
from monitoring.models import Trigger
from monitoring.obstacles import find
from tests.builders import Team, make_role, make_team
from tests.monitoring.metrics.makers import make_metric, make_planned

AUTOMATIC = "is to roll back by itself, but"


def said(deployment: Deployment) -> tuple[list[str], list[str]]:
    """The clauses of blockers and of warnings."""
    found = find([deployment]).get(deployment.pk)
    if found is None:
        return [], []
    return [one.clause for one in found.blockers], [one.clause for one in found.warnings]


def test_metric_without_a_source_is_one_warning_with_its_name(team: Team) -> None:
    make_metric(team, "errors")
    deployment = make_planned(
        team, triggers=("errors > 5",), targets=("latency < 200 ms", ""), alerts=("errors > 1",)
    )
    clause = "nothing measures errors and latency, which the watch is to judge"
    assert said(deployment) == ([], [clause])
    (warning,) = find([deployment])[deployment.pk].warnings
    make_metric(team, "latency", unit="ms", source="by_hand")
    (other,) = find([deployment])[deployment.pk].warnings
    assert other.clause == "nothing measures errors, which the watch is to judge"
    assert other.key != warning.key


def test_many_names_are_counted(team: Team) -> None:
    deployment = make_planned(team, alerts=tuple(f"m{n} > 1" for n in range(5)))
    clause = "nothing measures m0, m1, m2 and 2 more, which the watch is to judge"
    assert said(deployment) == ([], [clause])


@pytest.mark.parametrize(
    ("condition", "metric", "why"),
    [
        ("errors > 5", None, "nothing measures it"),
        ("", None, "nothing measures it"),
        ("errors > 5", {}, "nothing measures it"),
        ("errors > 5", {"source": "pushed"}, None),
        (
            "errors > 5",
            {"source": "pushed", "unit": "%"},
            "“errors > 5” judges a count, but errors is measured as a share",
        ),
    ],
)
def test_automatic_trigger_blocks_unless_it_could_fire(
    team: Team, condition: str, metric: dict[str, str] | None, why: str | None
) -> None:
    if metric is not None:
        make_metric(team, "errors", **metric)
    deployment = make_planned(team, triggers=(condition,), mode="automatic")
    text = condition or "It burns"
    assert said(deployment) == ([f"“{text}” {AUTOMATIC} {why}"] if why else [], [])


def test_unit_that_does_not_fit_is_a_warning_once(team: Team) -> None:
    make_metric(team, "errors", source="pushed")
    make_metric(team, "latency", source="pushed", unit="s")
    deployment = make_planned(
        team,
        targets=("errors < 1 %", "errors < 2 %", "errors == 0", "latency p95 < 200 ms"),
    )
    assert said(deployment) == (
        [],
        ["“errors < 1 %” judges a share, but errors is measured as a count"],
    )


def test_metric_of_another_service_measures_nothing_here(team: Team) -> None:
    make_metric(make_team("search", "other_"), "errors", source="pushed")
    deployment = make_planned(team, triggers=("errors > 5",))
    assert said(deployment)[1] == ["nothing measures errors, which the watch is to judge"]


@pytest.mark.parametrize("count", [1, 30])
def test_two_questions_however_many_deployments(
    count: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    planned = [make_planned(team, triggers=("errors > 5",), roles=(), t0_in=None)
               for _ in range(count)]  # fmt: skip
    with django_assert_num_queries(2):
        assert len(find(planned)) == count


def test_role_that_nobody_but_the_requester_holds_could_not_decide(team: Team) -> None:
    """A warning, since the ops leads may roll back in any case."""
    make_metric(team, "errors", source="pushed")
    deployment = make_planned(team, triggers=("errors > 5",))
    deployment.triggers.update(decided_by=make_role("product_owner"))
    assert said(deployment) == ([], [])
    team.product_owner.is_active = False
    team.product_owner.save()
    services.grant_role(team.service, make_role("product_owner"), team.release_manager, actor=None)
    clause = "nobody could decide on “errors > 5”, since no one but the requester is Product owner"
    assert said(deployment) == ([], [clause])


@pytest.mark.parametrize("count", [1, 30])
def test_one_question_more_where_roles_decide(
    count: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    planned = [make_planned(team, triggers=("errors > 5",), roles=(), t0_in=None)
               for _ in range(count)]  # fmt: skip
    Trigger.objects.update(decided_by=make_role("auditing"))
    with django_assert_num_queries(3):
        assert [len(one.warnings) for one in find(planned).values()] == [2] * count
