"""The figures for machines: as Prometheus scrapes them, and as it would answer for them.

The answers imitate its instant queries, so that the demo has Prometheus gates where no Prometheus
runs. Only the bare name of a metric is understood, and nothing but the demo uses it.
"""

import re
import time
from collections.abc import Mapping

JOB = "sample"
# Name → type and meaning.
METRICS = {
    "cache_hit_rate": ("gauge", "Lookups that the cache answered, in percent."),
    "api_response_time": ("gauge", "95th percentile of the response time, in milliseconds."),
    "retrieval_time_avg": ("gauge", "Average response time, in milliseconds."),
    "error_rate": ("gauge", "Requests that failed, in percent."),
    "request_rate": ("gauge", "Requests in a second."),
    "concurrent_operations": ("gauge", "Requests under way at once, on average."),
    "requests_total": ("counter", "Requests since the start."),
    "request_errors_total": ("counter", "Failed requests since the start."),
}
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def exposition(figures: Mapping[str, float]) -> str:
    """Prometheus' text format, version 0.0.4."""
    lines = list[str]()
    for name, value in figures.items():
        kind, meaning = METRICS[name]
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", f"{name} {value}"]
    return "\n".join(lines) + "\n"


def instant(query: str, figures: Mapping[str, float]) -> tuple[int, dict[str, object]]:
    """Status and document for a query; an unknown name leads to no series, as it does there."""
    name = query.strip()
    if not NAME.fullmatch(name):
        said = (
            "this is the sample's own imitation of Prometheus, which understands"
            f" the bare name of a metric only: {', '.join(METRICS)}"
        )
        return 400, {"status": "error", "errorType": "bad_data", "error": said}
    found = list[object]()
    if name in figures:
        labels = {"__name__": name, "job": JOB}
        found = [{"metric": labels, "value": [time.time(), str(figures[name])]}]
    return 200, {"status": "success", "data": {"resultType": "vector", "result": found}}
