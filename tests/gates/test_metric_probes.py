"""Prometheus and JSON values: judged by their condition, and never green without a number."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gates.declared import Circumstances
from gates.kinds import KINDS
from gates.measurement import Measurement
from gates.measuring import measure
from tests.servers import answering, closed_port, serving

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CONDITION = "error_rate < 1 %"
NO_VALUE = "Expecting value: line 1 column 1 (char 0)."


def asked(
    kind: str, body: str | bytes, condition: str, status: int = 200, **settings: Any
) -> Measurement:
    raw = body if isinstance(body, bytes) else body.encode()
    with serving(answering(status, raw)) as server:
        around = Circumstances(NOW, server.permit)
        return measure(kind, {"url": server.url, **settings}, condition, around)


def vector(*values: object) -> str:
    result = [{"metric": {"n": str(n)}, "value": [1, value]} for n, value in enumerate(values)]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})


def prometheus(body: str | bytes, condition: str = CONDITION, **more: Any) -> Measurement:
    return asked("prometheus", body, condition, **{"query": "errors", "unit": "%", **more})


SCALAR = '{"status": "success", "data": {"resultType": "scalar", "result": [1, "0.5"]}}'
STRING = '{"status": "success", "data": {"resultType": "string", "result": [1, "a"]}}'
MATRIX = '{"status": "success", "data": {"resultType": "matrix", "result": []}}'
ERROR = '{"status": "error", "errorType": "bad_data", "error": "parse error at char 3"}'


@pytest.mark.parametrize(
    ("body", "more", "outcome", "reason"),
    [
        (vector("0.5"), {}, "good", "0.5 % is less than 1 %"),
        (vector("1"), {}, "bad", "1 %, needs less than 1 %"),
        (SCALAR, {}, "good", "0.5 % is less than 1 %"),
        (vector("5e-1"), {}, "good", "0.5 % is less than 1 %"),
        (vector(), {}, "no_data", "the query leads to no series"),
        (vector("NaN"), {}, "no_data", "the value is NaN, which is no number"),
        (vector("+Inf"), {}, "no_data", "the value is +Inf, which is no number"),
        (vector("1e999"), {}, "no_data", "the value is 1e999, which is no number"),
        (vector("0.5", "9"), {"aggregate": "max"}, "bad", "9 %, needs less than 1 %"),
        (vector("0.5", "9"), {"aggregate": "min"}, "good", "0.5 % is less than 1 %"),
        (vector("0.5", "0.7"), {"aggregate": "sum"}, "bad", "1.2 %, needs less than 1 %"),
        (vector("0.5", "0.7"), {"aggregate": "avg"}, "good", "0.6 % is less than 1 %"),
        (
            vector("0.5", "NaN"), {"aggregate": "min"},
            "no_data", "the value is NaN, which is no number",
        ),
        (
            vector("0.5", "0.7"), {}, "error",
            "The query leads to 2 series; write one that leads to one, or choose an aggregate.",
        ),
        (
            vector(*["0"] * 65), {"aggregate": "max"}, "error",
            "The query leads to 65 series; at most 64 are read.",
        ),
        (ERROR, {}, "error", "Prometheus says: parse error at char 3."),
        (ERROR, {"status": 400}, "error", "Prometheus says: parse error at char 3."),
        (vector("-0.5"), {}, "error",
         "-0.5 % is below zero, which a share never is; look at what measures it."),
        (SCALAR, {"status": 503}, "error", "Prometheus answered 503, needs 200."),
        (STRING, {}, "error", "The query leads to a string, not to a number now."),
        (MATRIX, {}, "error", "The query leads to a matrix, not to a number now."),
        (vector(0.5), {}, "error", "The answer is not as Prometheus writes results."),
        ("[]", {}, "error", "The answer is JSON, but not Prometheus'."),
        ('{"status": "success"}', {}, "error", "The query leads to a result, not to a number now."),
        ("<html>", {}, "error", f"The answer is no JSON: {NO_VALUE}"),
    ],
)  # fmt: skip
def test_prometheus(body, more, outcome, reason):
    found = prometheus(body, **more)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_answer_with_a_warning_may_lack_series_and_is_warned_of():
    said = {**json.loads(vector("0.5")), "warnings": ["store b did not answer"]}
    found = prometheus(json.dumps(said))
    assert (found.outcome, found.reason) == (
        "warn",
        "Prometheus warns: store b did not answer; 0.5 % is less than 1 %",
    )
    assert prometheus(json.dumps({**said, "warnings": []})).outcome == "good"
    red = {**json.loads(vector("7")), "warnings": ["store b did not answer"]}
    assert prometheus(json.dumps(red)).outcome == "bad"


def test_query_is_sent_as_it_is_written():
    with serving(answering(200, vector("0").encode())) as server:
        around = Circumstances(NOW, server.permit)
        query = 'sum(rate(a{b="c d"}[5m]))+1&x=2'
        measure("prometheus", {"url": server.url, "query": query}, "a < 1", around)
        (request,) = server.requests
    assert request.split(b" ")[1] == (
        b"/api/v1/query?query=sum%28rate%28a%7Bb%3D%22c%20d%22%7D%5B5m%5D%29%29%2B1%26x%3D2"
    )


def value_at(body: str | bytes, condition: str = CONDITION, **more: Any) -> Measurement:
    return asked("json", body, condition, **{"path": "a.b", "unit": "%", **more})


@pytest.mark.parametrize(
    ("body", "more", "outcome", "reason"),
    [
        ('{"a": {"b": 0.5}}', {}, "good", "0.5 % is less than 1 %"),
        ('{"a": {"b": "0.5"}}', {}, "good", "0.5 % is less than 1 %"),
        ('{"a": {"b": 1}}', {}, "bad", "1 %, needs less than 1 %"),
        (
            '{"a": {"b": -3}}',
            {},
            "error",
            "-3 % is below zero, which a share never is; look at what measures it.",
        ),
        ('{"a": {"b": -3}}', {"unit": "", "condition": "lag < 1"}, "good", "-3 is less than 1"),
        ('{"a": {"b": -3}}', {"condition": "growth > -5 %"}, "good", "-3 % is more than -5 %"),
        ('{"a": {"b": 1e-7}}', {}, "good", "0.0000001 % is less than 1 %"),
        ('{"a": {}}', {}, "no_data", "a.b leads to nothing"),
        ('{"a": {"b": null}}', {}, "no_data", "a.b leads to nothing"),
        ('{"a": {"b": true}}', {}, "error", "a.b leads to true, which is no number."),
        ('{"a": {"b": []}}', {}, "error", "a.b leads to [], which is no number."),
        ('{"a": {"b": "low"}}', {}, "error", "a.b leads to “low”, which is no number."),
        ('{"a": {"b": "NaN"}}', {}, "error", "a.b leads to “NaN”, which is no usable number."),
        ('{"a": {"b": NaN}}', {}, "error", "The answer is no JSON: NaN is no number."),
        ('{"a": {"b": 1e999}}', {}, "error", "a.b leads to “inf”, which is no usable number."),
        ('{"a": {"b": 0}}', {"status": 500}, "error", "answered 500, needs 200"),
        ("", {}, "error", f"The answer is no JSON: {NO_VALUE}"),
    ],
)
def test_json_number(body, more, outcome, reason):
    found = value_at(body, **more)
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("body", "equals", "outcome", "reason"),
    [
        ('{"a": {"b": true}}', "true", "good", "a.b is “true”"),
        ('{"a": {"b": "UP"}}', "UP", "good", "a.b is “UP”"),
        ('{"a": {"b": "up"}}', "UP", "bad", "a.b is “up”, needs “UP”"),
        ('{"a": {"b": ["x"]}}', '["x"]', "good", 'a.b is “["x"]”'),
        ('{"a": {}}', "null", "no_data", "a.b leads to nothing"),
    ],
)
def test_json_value_that_must_be_equal(body, equals, outcome, reason):
    found = value_at(body, "", equals=equals, unit="")
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize("kind", ["prometheus", "json"])
def test_nothing_is_measured_where_nobody_answers(kind):
    url = f"http://127.0.0.1:{closed_port()}"
    asks = {"query": "a"} if kind == "prometheus" else {"path": "a"}
    found = measure(kind, {"url": url, "unit": "%", **asks}, CONDITION, Circumstances(NOW))
    assert (found.outcome, "needs a connection" in found.reason) == ("error", True)


def test_a_condition_is_demanded():
    for kind in ("prometheus", "json"):
        assert KINDS[kind].refusal_of("", {}).endswith("such as “error_rate < 1 %”.")
        assert KINDS[kind].refusal_of(CONDITION, {"unit": "%"}) == ""
        assert "is a count and error_rate is judged as a share" in KINDS[kind].refusal_of(
            CONDITION, {}
        )
    assert KINDS["json"].refusal_of("", {"equals": "UP"}) == ""
