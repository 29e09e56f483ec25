"""What of the gates is signed: questions and their limits by key, never an answer or a claim."""

from typing import Any

from deployments.models import Deployment
from gates.enums import OnNoData
from gates.models import Gate


def collect(deployment: Deployment) -> list[dict[str, Any]]:
    return [described(gate) for gate in deployment.gates.order_by("key")]


def described(gate: Gate) -> dict[str, Any]:
    """One gate as plain data; durations in whole seconds."""
    return {
        "key": gate.key,
        "title": gate.title,
        "kind": gate.kind,
        "settings": gate.settings,
        "condition": gate.condition,
        "required": gate.required,
        "machine_only": gate.machine_only,
        "unwaivable": gate.unwaivable,
        "interval": int(gate.interval.total_seconds()),
        "settle": int(gate.settle.total_seconds()),
        "timeout": int(gate.timeout.total_seconds()),
        "freshness": int(gate.freshness.total_seconds()),
        "need_good": gate.need_good,
        "max_bad": gate.max_bad,
        "max_bad_streak": gate.max_bad_streak,
        "max_error_streak": gate.max_error_streak,
        # Came later: only where it says something, so that older contents stay what they were.
        **({} if gate.on_no_data == OnNoData.WAIT else {"on_no_data": gate.on_no_data}),
    }
