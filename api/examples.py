"""One example of everything that goes over the wire, as the OpenAPI description shows it."""

from typing import Any

REPORT: dict[str, Any] = {
    "value": 86.4,
    "unit": "%",
    "source_link": "https://ci.example.org/runs/7",
    "details": "Measured over the last 30 minutes.",
}
SAMPLE: dict[str, Any] = {
    "at": "2026-05-01T12:00:00Z",
    "outcome": "good",
    "value": "86.4",
    "unit": "%",
    "threshold": "cache_hit_rate > 85 %",
    "reason": "86.4 % is more than 85 %",
    "counts": {},
    "details": [],
    "source_link": "https://ci.example.org/runs/7",
    "by_hand": False,
}
METRIC: dict[str, Any] = {
    "key": "cache-hit-rate",
    "value": 86.4,
    "at": "2026-05-01T12:00:00Z",
    "unit": "%",
}
RUN: dict[str, Any] = {
    "number": 3,
    "state": "complete",
    "outcome": "passed",
    "reason": "86.4 % is more than 85 %",
    "requested_at": "2026-05-01T12:00:00Z",
    "finished_at": "2026-05-01T12:00:00Z",
}
OBSTACLE: dict[str, Any] = {
    "key": "gate:cache-hit-rate",
    "clause": "cache hit rate is 82.1 %, needs more than 85 %",
    "since": "2026-05-01T11:30:00Z",
    "url": "https://portal.example.org/deployments/7/gates/cache-hit-rate/runs/",
}
READINESS: dict[str, Any] = {
    "sentence": "Not ready: cache hit rate is 82.1 %, needs more than 85 %.",
    "state": "in_review",
    "ready": False,
    "percent": 92,
    "blockers": [OBSTACLE],
    "warnings": [],
}
DEPLOYMENT: dict[str, Any] = {
    **READINESS,
    "id": 7,
    "url": "https://portal.example.org/deployments/7/",
    "service": "storage-layer",
    "environment": "production",
    "package": "Storage layer 1.4",
    "branch": "release-1.4",
    "commit": "0a1b2c3d",
    "digest": "",
    "t0": "2026-05-02T04:00:00Z",
    "zone": "Europe/Vienna",
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
WRONG = {"where": "outcome", "what": "Input should be 'good', 'warn' or 'bad'"}
EXAMPLES: dict[str, Any] = {
    "State": "in_review",
    "ReportIn": REPORT,
    "DeliveryIn": {"deployment": 7, "gate": "cache-hit-rate", **REPORT},
    "BounceIn": {
        "address": "ann@example.org",
        "kind": "hard",
        "at": "2026-05-01T12:00:00Z",
        "message_id": "<0f5bc1b4-7d0b-5a1e-8a43-4e1d1f0f6f5e@portal.example.org>",
        "reason": "550 5.1.1 no such user",
    },
    "BouncesOut": {"copies": 1, "addresses": 0, "ignored": 0},
    "SampleOut": SAMPLE,
    "RunOut": RUN,
    "MetricIn": METRIC,
    "MetricsIn": {"values": [METRIC]},
    "IncidentIn": {"text": "Search finds nothing.", "name": "Ann Smith"},
    "IncidentOut": {"id": 3, "at": "2026-05-01T12:00:00Z", "text": "Search finds nothing."},
    "MetricsOut": {"written": 1, "known": 0},
    "ObstacleOut": OBSTACLE,
    "ReadinessOut": READINESS,
    "DeploymentOut": DEPLOYMENT,
    "DeploymentsOut": {
        "deployments": [DEPLOYMENT],
        "next": "https://portal.example.org/api/v1/deployments?state=in_review&limit=1&before=7",
    },
    "GateOut": {
        "key": "cache-hit-rate",
        "title": "Cache hit rate",
        "kind": "reported",
        "condition": "cache_hit_rate > 85 %",
        "required": True,
        "state": "passed",
        "reason": "86.4 % is more than 85 %",
        "since": "2026-05-01T12:00:00Z",
        "fresh_until": "2026-05-02T12:00:00Z",
        "last_sample": SAMPLE,
        "last_run": RUN,
    },
    "VoteOut": {
        "role": "security",
        "person": "Ann Smith",
        "on_behalf_of": None,
        "choice": "approve",
        "statement": "The audit is clean",
        "reason": "",
        "at": "2026-05-01T13:00:00Z",
        "content_hash": DEPLOYMENT["content_hash"],
        "schedule_hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "counts": True,
    },
    "Wrong": WRONG,
    "Problem": {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": f"{WRONG['where']}: {WRONG['what']}.",
        "errors": [WRONG],
    },
}
