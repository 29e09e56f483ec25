"""Metrics of a service: who changes them, what they may be called, and what history says."""

from __future__ import annotations

import pytest

from approvals import services as approvals
from approvals.cost import Costly, weighed
from approvals.enums import Choice
from approvals.shown import Shown
from approvals.signoff import counting, standings
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment, Event
from gates.models import Metric
from monitoring.metrics import services
from monitoring.metrics.plan import MetricPlan
from tests.builders import Team, make_proof, make_team
from tests.gates.makers import make_gate
from tests.monitoring.metrics.makers import make_metric, make_planned


def verbs(team: Team) -> list[str]:
    chain = Event.objects.filter(chain=f"service:{team.service.key}", verb__startswith="metric")
    return list(chain.order_by("sequence").values_list("verb", flat=True))


def test_every_change_is_an_event_of_the_service_and_the_same_again_is_none(team: Team) -> None:
    metric = make_metric(team, "errors", unit="%")
    plan = MetricPlan.of(metric)
    changed = MetricPlan("another", "Error rate", "%", ("failures",), "pushed")
    shown = plan.fingerprint
    assert services.change_metric(metric, plan, actor=team.release_manager, shown=shown) is None
    event = services.change_metric(metric, changed, actor=team.release_manager, shown=shown)
    assert event is not None
    assert event.before == {"title": "Errors", "aliases": "", "source": "Nothing yet"}
    assert event.after == {
        "title": "Error rate", "aliases": "failures", "source": "Pushed by a machine",
    }  # fmt: skip
    metric.refresh_from_db()
    assert (metric.key, metric.title) == ("errors", "Error rate")
    services.remove_metric(metric, actor=team.release_manager)
    assert verbs(team) == ["metric added", "metric changed", "metric removed"]


def test_whoever_was_slower_is_told(team: Team) -> None:
    metric = make_metric(team)
    with pytest.raises(Overtaken):
        services.change_metric(
            metric, MetricPlan("errors", "Mine"), actor=team.release_manager, shown="older"
        )
    services.remove_metric(metric, actor=team.release_manager)
    with pytest.raises(Overtaken):
        services.call_too(metric, "failures", actor=team.release_manager)


@pytest.mark.parametrize("who", ["member", "ops_lead", "technical_lead", "stakeholder"])
def test_only_release_managers_change_them(team: Team, who: str) -> None:
    metric, person = make_metric(team), team.people[who]
    for act in (
        lambda: services.add_metric(team.service, MetricPlan("a", "A"), actor=person),
        lambda: services.call_too(metric, "failures", actor=person),
        lambda: services.remove_metric(metric, actor=person),
        lambda: services.change_metric(
            metric, MetricPlan("errors", "B"), actor=person, shown=MetricPlan.of(metric).fingerprint
        ),
    ):
        with pytest.raises(Forbidden):
            act()
    assert verbs(team) == ["metric added"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"key": "5xx"}, "“5xx” is no key that conditions can name"),
        ({"key": "Errors"}, "“Errors” is no key that conditions can name"),
        ({"title": ""}, "Give the metric a title"),
        ({"unit": "kB"}, "The unit “kB” is not known"),
        ({"aliases": ("a\0",)}, "A name contains a NUL character"),
        ({"aliases": tuple("abcdefghijklmnopqrstuvwxyz01234")}, "A metric goes by at most 30"),
        ({"source": "http", "settings": {}}, "An HTTP gate needs “Address” (url)."),
    ],
)
def test_metric_that_makes_no_sense_is_refused(
    team: Team, said: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Invalid) as caught:
        make_metric(team, **{"key": "errors", "title": "Errors", **said})  # type: ignore[arg-type]
    assert caught.value.sentence.startswith(sentence)
    assert Metric.objects.count() == 0


@pytest.mark.parametrize(
    "said", [{"key": "cache-hits"}, {"title": "CACHE HITS"}, {"aliases": ("Tréffer",)}]
)
def test_one_name_never_means_two_metrics(team: Team, said: dict[str, object]) -> None:
    make_metric(team, "cache_hits", aliases=("treffer",))
    with pytest.raises(Refused) as caught:
        make_metric(team, **{"key": "other", "title": "Other", **said})  # type: ignore[arg-type]
    assert caught.value.sentence.endswith("means Cache hits (cache_hits) already.")
    make_metric(make_team("search", "s_"), "cache_hits")


def test_metric_stays_while_a_condition_of_an_open_deployment_names_it(team: Team) -> None:
    metric = make_metric(team)
    first = make_planned(team, triggers=("errors > 5",), targets=("errors < 9",))
    with pytest.raises(Refused) as caught:
        services.remove_metric(metric, actor=team.release_manager)
    assert caught.value.sentence == (
        f"The rollback trigger “errors > 5” of deployment #{first.pk} and 1 more condition of open"
        " deployments name errors; change that first."
    )
    Deployment.objects.filter(pk=first.pk).update(state="cancelled")
    services.remove_metric(metric, actor=team.release_manager)


def test_gate_that_names_it_keeps_it_and_a_number_of_a_kind_does_not(team: Team) -> None:
    gated, counted = make_metric(team, "coverage"), make_metric(team, "failed")
    deployment = make_planned(team)
    make_gate(deployment, condition="coverage > 80 %")
    make_gate(deployment, kind="junit", title="Tests", key="tests", condition="failed == 0")
    services.remove_metric(counted, actor=team.release_manager)
    with pytest.raises(Refused) as caught:
        services.remove_metric(gated, actor=team.release_manager)
    assert caught.value.sentence == (
        f"The gate “coverage > 80 %” of deployment #{deployment.pk} of open deployments names"
        " coverage; change that first."
    )


def test_name_of_a_plan_is_mapped_as_an_edit_of_the_plan(team: Team) -> None:
    metric = make_metric(team)
    deployment = make_planned(
        team, triggers=("failures > 5",), alerts=("Failures > 1", "latency < 9 ms")
    )
    before = deployment.content_hash
    changed = services.mean(deployment.pk, "failures", metric, actor=team.release_manager)
    deployment.refresh_from_db()
    metric.refresh_from_db()
    assert (changed, metric.aliases, deployment.content_hash != before) == (2, ["failures"], True)
    assert [one.condition for one in deployment.triggers.all()] == ["errors > 5"]
    alerts = deployment.alertrules.order_by("position")
    assert [one.condition for one in alerts] == ["errors > 1", "latency < 9 ms"]


def test_signature_is_lost_only_knowingly(team: Team) -> None:
    metric = make_metric(team)
    deployment = make_planned(team, triggers=("failures > 5",), roles=("security",))
    approvals.submit(deployment.pk, actor=team.release_manager)
    deployment.refresh_from_db()
    approvals.sign(
        deployment.pk, deployment.rules.get().pk, Choice.APPROVE, actor=team.security,
        proof=make_proof(), shown=Shown.of(deployment),
    )  # fmt: skip

    def act() -> int:
        return services.mean(deployment.pk, "failures", metric, actor=team.release_manager)

    with pytest.raises(Costly) as caught:
        weighed(deployment.pk, act, known="")
    metric.refresh_from_db()
    assert metric.aliases == []
    assert counting(standings(deployment)) == 1
    assert weighed(deployment.pk, act, known=caught.value.cost.key) == 1


def test_metric_of_another_service_is_not_mapped(team: Team) -> None:
    other = make_metric(make_team("search", "s_"))
    deployment = make_planned(team, triggers=("failures > 5",))
    with pytest.raises(Invalid):
        services.mean(deployment.pk, "failures", other, actor=team.release_manager)
