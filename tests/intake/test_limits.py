import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.conditions import parse
from intake.limits import metric_keys, understand

KEYS = frozenset({"api_response_time"})


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("Cache hit rate >85% within 1 hour", "cache_hit_rate > 85 % within 1 h of complete"),
        ("Cache hit rate drops below 70%", "cache_hit_rate < 70 %"),
        ("API response times exceed 500ms", "api_response_time > 500 ms"),
        ("API response times <200ms (95th percentile)", "api_response_time p95 < 200 ms"),
        ("latency p99.9 <= 1.5 s", "latency p99.9 <= 1.5 s"),
        ("Zero critical errors in logs", "critical_errors == 0"),
        ("All stays up (zero unplanned downtime)", "unplanned_downtime == 0"),
        ("User-reported issues <5 incidents", "user_reported_issues < 5"),
        ("retrievals maintain >95% success rate", "retrievals_success_rate > 95 %"),
        ("86% cache hit rate (>85% target)", "cache_hit_rate > 85 %"),
        ("Critical errors exceed 1% of requests", "critical_errors > 1 %"),
        ("error rate > 1% over 5 minutes", "error_rate > 1 % for 5 min"),
        ("CPU usage stays under 80 percent for 10 min", "cpu_usage < 80 % for 10 min"),
        ("response time over 5 seconds", "response_time > 5 s"),
        ("Downtime under 5 minutes", "downtime < 300 s"),
        ("Availability must be at least 99,9 %", "availability >= 99.9 %"),
        ("open sessions ≤ 1,000", "open_sessions <= 1000"),
        ("5xx errors > 0.5%", "http_5xx_errors > 0.5 %"),
        ("more than 10 failed logins", "failed_logins > 10"),
        ("`queue_depth` = 0", "queue_depth == 0"),
    ],
)
def test_english_limits_become_conditions(text: str, expression: str) -> None:
    assert understand(text, keys=KEYS).expression == expression


@pytest.mark.parametrize(
    "text",
    [
        "All service endpoints responding",
        "Cache efficiency meets or exceeds target performance",
        "Error rate > 5% or latency > 2s",
        "memory < 512MB",
        "throughput > 1,000 req/s",
        "latency between 100 and 200 ms",
        "scale out -> 5 replicas",
        "from => 3",
        "Target >85%",
        "over budget",
        "<5>",
        "491/491 tests successful",
        "",
        "rate > " + "9" * 500,
    ],
)
def test_what_does_not_fit_the_language_is_not_guessed(text: str) -> None:
    assert understand(text).expression is None


def test_a_named_metric_is_kept_without_a_limit() -> None:
    found = understand("Monitor for leaks", metric="memory_usage")
    assert (found.metric, found.expression) == ("memory_usage", None)


def test_metric_keys_are_those_written_as_keys() -> None:
    texts = ["cache_hit_rate: Target >85%", "`error_rate` > 1%", "Cache hit rate: 3", "a_b"]
    assert metric_keys(texts) == {"cache_hit_rate", "error_rate"}


@given(st.text(alphabet="ab <>=≤.,:%()0123456789pmsforwithin\n-", max_size=80))
def test_whatever_is_understood_is_a_condition(text: str) -> None:
    expression = understand(text).expression
    assert expression is None or str(parse(expression)) == expression
