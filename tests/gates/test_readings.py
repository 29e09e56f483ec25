"""One reading of a metric: a value in its own unit, or a sentence why there is none."""

from __future__ import annotations

import json

import pytest

from deployments.exceptions import Forbidden, Invalid
from deployments.models import Service
from gates import tries
from gates.measurement import Measurement
from gates.models import Metric, TryOut
from gates.readings import in_unit, read_now
from gates.runner import try_out
from tests.gates.makers import make_connection
from tests.servers import answering, serving

VALUE = json.dumps({"errors": 3, "rate": "0.25", "word": "many"}).encode()


def read(team, source: str, unit: str, body: bytes = VALUE, status: int = 200, **settings: str):
    with serving(answering(status, body)) as server:
        make_connection(server)
        told = {"url": "/metrics", "connection": "local", **settings}
        metric = Metric.objects.create(
            service=team.service, key="errors", title="Errors", unit=unit, source=source,
            settings=told,
        )  # fmt: skip
        return read_now(metric)


def test_number_is_read_in_the_metrics_unit_without_any_condition(team):
    found = read(team, "json", "%", path="rate")
    assert (found.outcome, found.value, found.unit) == ("good", "0.25", "%")
    assert found.reason == "the value is 0.25 %"


def test_query_is_read(team):
    result = [{"metric": {}, "value": [1, "7"]}]
    body = {"status": "success", "data": {"resultType": "vector", "result": result}}
    found = read(team, "prometheus", "", json.dumps(body).encode(), query="sum(errors)")
    assert (found.outcome, found.value, found.unit) == ("good", "7", "")


def test_response_time_is_read_in_seconds_where_the_metric_is(team):
    found = read(team, "http", "s")
    assert (found.outcome, found.unit) == ("good", "s")
    assert 0 < float(found.value) < 5


@pytest.mark.parametrize(
    ("path", "outcome", "reason"),
    [
        ("nothing", "no_data", "nothing leads to nothing"),
        ("word", "error", "word leads to “many”, which is no number."),
    ],
)
def test_what_is_no_number_is_no_value(team, path, outcome, reason):
    found = read(team, "json", "", path=path)
    assert (found.outcome, found.value, found.reason) == (outcome, "", reason)


def test_time_of_a_wrong_answer_is_no_value(team):
    found = read(team, "http", "ms", status=503)
    assert (found.outcome, found.value, found.reason) == ("error", "", "answered 503, needs 200")


def test_connection_that_is_gone_is_an_error(team):
    metric = Metric(
        service=team.service, source="http", unit="ms",
        settings={"url": "/x", "connection": "gone"},
    )  # fmt: skip
    found = read_now(metric)
    assert found.outcome == "error"
    assert found.reason.startswith("The connection “gone” is no longer declared")


@pytest.mark.parametrize("source", ["none", "pushed", "by_hand"])
def test_what_nobody_can_ask_is_no_data(source):
    found = read_now(Metric(service=Service(key="search"), source=source))
    assert (found.outcome, found.value) == ("no_data", "")


def test_value_of_another_measure_is_an_error():
    found = in_unit(Measurement("good", "", "200", "ms"), "%")
    assert (found.outcome, found.reason) == ("error", "200 ms is no value in %.")
    assert in_unit(Measurement("good", "", "1.5", "s"), "ms").value == "1500"


def test_try_out_of_a_metric_belongs_to_its_service(team):
    with serving(answering(200, VALUE)) as server:
        make_connection(server)
        settings = {"url": "/m", "connection": "local", "path": "errors"}
        tried = tries.ask_for_metric(team.service, "json", settings, "", actor=team.release_manager)
        try_out(tried.pk)
        try_out(tried.pk)
    tried.refresh_from_db()
    assert tried.found is not None
    assert (tried.found["outcome"], tried.found["value"]) == ("good", "3")
    assert (tried.deployment, tried.service, len(server.requests)) == (None, team.service, 1)
    assert Metric.objects.count() == 0


@pytest.mark.parametrize(
    ("source", "settings", "unit", "sentence"),
    [
        ("pushed", {}, "", "There is nothing to try out: its value is pushed or typed."),
        ("nowhere", {}, "", "“nowhere” is no source"),
        ("pushed", {"url": "/x"}, "", "Only what the portal asks has settings."),
        ("json", {"url": "/x"}, "", "A JSON gate needs “Path” (path)."),
        ("json", {"url": "/x", "path": "a", "equals": "1"}, "", "A metric is not judged"),
        ("http", {"url": "/x", "p95_ms": 5}, "ms", "A metric is not judged"),
        ("http", {"url": "/x"}, "%", "A health address tells how long it takes"),
        ("http", {"url": "/x"}, "kB", "The unit “kB” is not known"),
    ],
)
def test_source_that_could_give_no_value_is_refused(team, source, settings, unit, sentence):
    with pytest.raises(Invalid) as caught:
        tries.ask_for_metric(team.service, source, settings, unit, actor=team.release_manager)
    assert caught.value.sentence.startswith(sentence)
    assert TryOut.objects.count() == 0


def test_ops_leads_try_no_metric_out(team):
    with pytest.raises(Forbidden):
        tries.ask_for_metric(
            team.service, "http", {"url": "https://example.org"}, "ms", actor=team.ops_lead
        )
