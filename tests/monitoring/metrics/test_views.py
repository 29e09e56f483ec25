"""The pages of a service's metrics."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from deployments.models import Deployment, Event
from gates.models import Metric, TryOut
from gates.runner import try_out
from monitoring.metrics.panels import metrics_page
from tests.builders import Team, signed_in
from tests.gates.makers import make_connection
from tests.monitoring.metrics.makers import make_metric, make_planned
from tests.servers import answering, serving

TYPED = {"title": "Error rate", "key": "error_rate", "unit": "%", "source": "pushed"}
QUERY = {
    **TYPED, "source": "prometheus", "url": "https://prometheus.example.org", "query": "errors",
    "seconds": "10", "aliases": "Fehlerquote\nfailure rate",
}  # fmt: skip


def url(name: str, team: Team, *rest: Any) -> str:
    return reverse(f"monitoring:{name}", args=[team.service.key, *rest])


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_list_says_what_each_is_where_it_comes_from_and_who_names_it(team: Team) -> None:
    make_metric(team, "errors", aliases=("failures",))
    make_metric(team, "latency", unit="ms", source="by_hand")
    deployment = make_planned(team, triggers=("errors > 1 %",), alerts=("queue > 9",))
    page = text(signed_in(team.stakeholder).get(url("metrics", team)))
    assert "Nothing measures 1 of 2 metrics yet." in page
    assert "Also called “failures”" in page
    assert "“errors > 1 %” judges a share, but errors is measured as a count." in page
    assert f"#{deployment.pk}" in page
    assert "Named in open deployments, but no metric here" in page
    assert "Only release managers of this service may change its metrics." in page
    assert "Add as metric" not in page
    assert "Add as metric" in text(signed_in(team.release_manager).get(url("metrics", team)))


def test_query_is_added_with_its_settings(team: Team) -> None:
    answer = signed_in(team.release_manager).post(url("metric_add", team), QUERY)
    assert answer["Location"] == url("metrics", team)
    metric = Metric.objects.get()
    assert metric.settings == {"url": "https://prometheus.example.org", "query": "errors"}
    assert metric.aliases == ["Fehlerquote", "failure rate"]
    assert metric.source_words == "Prometheus query errors at https://prometheus.example.org"


def test_settings_of_another_source_are_shown_and_what_was_typed_stays(team: Team) -> None:
    answer = signed_in(team.release_manager).post(
        url("metric_add", team), {**TYPED, "source": "json", "show": "1"}
    )
    form = answer.context["form"]
    assert [one.name for one in form.settings_fields] == [
        "url", "connection", "path", "status", "seconds",
    ]  # fmt: skip
    assert (form["title"].value(), form["status"].value()) == ("Error rate", 200)
    assert Metric.objects.count() == 0


def test_what_is_wrong_is_said_and_typed_words_stay(team: Team) -> None:
    client = signed_in(team.release_manager)
    answer = client.post(url("metric_add", team), {**QUERY, "url": "ftp://a/"})
    assert answer.status_code == 422
    assert "is not a web address that starts with http" in text(answer)
    assert 'value="Error rate"' in text(answer)
    answer = client.post(url("metric_add", team), {**TYPED, "key": "5xx"})
    assert (answer.status_code, "is no key that conditions can name" in text(answer)) == (422, True)


def test_form_that_is_sent_back_as_it_is_changes_nothing(team: Team) -> None:
    client = signed_in(team.release_manager)
    client.post(url("metric_add", team), QUERY)
    metric = Metric.objects.get()
    form = client.get(url("metric", team, metric.pk)).context["form"]
    held = {one.name: one.value() for one in form if one.value() is not None}
    answer = client.post(url("metric", team, metric.pk), held, follow=True)
    changed = Event.objects.filter(verb="metric changed").values_list("before", "after")
    assert list(changed) == []
    assert [str(one) for one in answer.context["messages"]] == ["Nothing changed; all stays."]
    answer = client.post(url("metric", team, metric.pk), {**held, "key": "x", "unit": "ms"})
    metric.refresh_from_db()
    assert (answer.status_code, metric.key, metric.unit) == (302, "error_rate", "ms")


def test_named_metric_is_not_removed_and_the_page_says_why(team: Team) -> None:
    metric = make_metric(team)
    deployment = make_planned(team, triggers=("errors > 5",))
    client, address = signed_in(team.release_manager), url("metric_remove", team, metric.pk)
    assert '<button class="btn btn-danger"' not in text(client.get(address))
    assert client.post(address).status_code == 409
    Deployment.objects.filter(pk=deployment.pk).update(state="cancelled")
    assert client.post(address)["Location"] == url("metrics", team)
    assert Metric.objects.count() == 0


def test_reading_is_tried_out_and_only_whoever_asked_sees_it(team: Team) -> None:
    client = signed_in(team.release_manager)
    with serving(answering(200, b'{"rate": 1.5}')) as server:
        make_connection(server)
        typed = {"source": "json", "unit": "%", "url": "/m", "connection": "local", "path": "rate",
                 "status": "200", "seconds": "5"}  # fmt: skip
        asked = client.post(url("metric_try", team), typed)
        assert "A worker is asking" in text(client.get(asked["Location"]))
        try_out(TryOut.objects.get().pk)
    page = text(client.get(asked["Location"]))
    assert "The value is 1.5 %" in page
    assert "Measured 1.5 %." in page
    assert signed_in(team.ops_lead).get(asked["Location"]).status_code == 404
    answer = client.post(url("metric_try", team), {**typed, "path": ""})
    assert (answer.status_code, TryOut.objects.count()) == (422, 1)


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [("/documents/7/", "/documents/7/"), ("//evil.example/", None), ("https://evil.example", None)],
)
def test_way_back_never_leaves_the_portal(team: Team, back: str, leads_to: str | None) -> None:
    client = signed_in(team.release_manager)
    answer = client.post(url("metric_add", team), {**TYPED, "back": back})
    assert answer["Location"] == (leads_to or url("metrics", team))
    answer = client.post(
        url("metric_alias", team), {"name": "fehler", "metric": "error_rate", "back": back}
    )
    assert answer["Location"] == (leads_to or url("metrics", team))
    assert Metric.objects.get().aliases == ["fehler"]


def test_plan_lists_names_without_a_metric_and_maps_them(team: Team) -> None:
    make_metric(team)
    deployment = make_planned(team, triggers=("failures > 5",), targets=("errors < 1 %",))
    client = signed_in(team.release_manager)
    limits = reverse("dashboard:plan", args=[deployment.pk, "limits"])
    page = text(client.get(limits))
    assert "What the watch could not judge" in page
    assert "“errors < 1 %” judges a share, but errors is measured as a count." in page
    meant = reverse("monitoring:metric_meant", args=[deployment.pk])
    assert client.post(meant, {"name": "failures", "metric": ""}).status_code == 422
    assert client.post(meant, {"name": "failures", "metric": "unknown"}).status_code == 404
    answer = client.post(meant, {"name": "failures", "metric": "errors"})
    assert answer["Location"] == limits
    assert deployment.triggers.get().condition == "errors > 5"
    assert "Add as metric" not in text(client.get(limits))


@pytest.mark.parametrize("count", [1, 30])
def test_page_asks_as_much_however_many_there_are(
    count: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        make_metric(team, f"m{n}")
    make_planned(team, triggers=tuple(f"m{n} > 1" for n in range(count)))
    with django_assert_num_queries(6):
        assert len(metrics_page(team.service, team.member)["rows"]) == count
