"""The watch and its metrics."""

from __future__ import annotations

from monitoring.metrics.plan import MetricPlan
from tests.dashboard.access_table.rows import HIDDEN, NO_METHOD, ONE, WHO_SEES, Body, Row

BODIES: dict[str, Body] = {
    "monitoring:close": {"result": lambda _: "succeeded"},
    "monitoring:incident": {"reason": lambda _: "Another service was down"},
    "monitoring:incidents": {"text": lambda _: "Nothing is found"},
    "monitoring:trigger": {"reason": lambda _: "Orders are doubled"},
    "monitoring:target": {"verdict": lambda _: "met", "reason": lambda _: "Nobody complained"},
    "monitoring:value": {"key": lambda _: "latency", "number": lambda _: "120"},
    "monitoring:metric_add": {
        "title": lambda _: "Error rate",
        "key": lambda _: "error_rate",
        "unit": lambda _: "%",
        "source": lambda _: "pushed",
    },
    "monitoring:metric": {
        "title": lambda _: "Latency of reads",
        "unit": lambda _: "ms",
        "source": lambda _: "by_hand",
        "shown": lambda one: MetricPlan.of(one.service.metrics.get()).fingerprint,
    },
    "monitoring:metric_alias": {
        "name": lambda _: "read latency",
        "metric": lambda _: "latency",
    },
    "monitoring:metric_meant": {
        "name": lambda _: "read_latency",
        "metric": lambda _: "latency",
    },
    "monitoring:metric_try": {
        "source": lambda _: "http",
        "unit": lambda _: "ms",
        "url": lambda _: "https://example.org/health",
        "status": lambda _: "200",
        "requests": lambda _: "1",
        "seconds": lambda _: "10",
    },
}
TABLE: dict[str, Row] = {
    "monitoring:close": Row(WHO_SEES, (302, 404, 403, 403, 409, 409, 403, 403), ONE),
    "monitoring:criterion": Row(HIDDEN, HIDDEN, ("pk", "item_pk")),
    "monitoring:incident": Row(WHO_SEES, (302, 404, 403, 403, 409, 409, 403, 403), ("pk", "incident_pk")),
    "monitoring:incidents": Row(WHO_SEES, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "monitoring:report": Row(WHO_SEES, NO_METHOD, ONE),
    "monitoring:alert": Row(WHO_SEES, (302, 404, 403, 302, 302, 302, 403, 403), ("pk", "alert_pk")),
    "monitoring:question": Row(WHO_SEES, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "monitoring:trigger": Row(WHO_SEES, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "trigger_pk")),
    "monitoring:target": Row(WHO_SEES, (302, 404, 403, 403, 409, 409, 403, 403), ("pk", "target_pk")),
    "monitoring:value": Row(WHO_SEES, (302, 404, 403, 409, 409, 409, 403, 403), ONE),
    "monitoring:points": Row(WHO_SEES, NO_METHOD, ONE),
    "monitoring:readings": Row(WHO_SEES, NO_METHOD, ("pk", "metric")),
    "monitoring:metrics": Row(WHO_SEES, NO_METHOD, ("service_key",)),
    "monitoring:metric_add": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "monitoring:metric": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "metric_pk")),
    "monitoring:metric_remove": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "metric_pk")),
    "monitoring:metric_alias": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "monitoring:metric_meant": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "monitoring:metric_try": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "monitoring:metric_tried": Row((302, 404, 404, 404, 404, 404, 404, 404), NO_METHOD, ("service_key", "try_pk")),
}  # fmt: skip
