"""The facts as they stood when somebody decided, frozen so that they can be read months later."""

from typing import Any

from approvals import waivers
from approvals.readiness import Readiness
from approvals.signoff import standings
from checklists.models import Item
from deployments.models import Deployment
from gates.models import Sample


def freeze(deployment: Deployment, verdict: Readiness) -> dict[str, Any]:
    """Plain data: content and schedule, every item, gate and vote, and what readiness said."""
    version = deployment.content_version
    return {
        "sentence": verdict.sentence,
        "warnings": [warning.clause for warning in verdict.warnings],
        "content": version.content if version else {},
        "content_hash": deployment.content_hash,
        "schedule_hash": deployment.schedule_hash,
        "t0": deployment.t0.isoformat() if deployment.t0 else None,
        "window_end": deployment.window_end.isoformat() if deployment.window_end else None,
        "zone": deployment.zone,
        "items": _items(deployment),
        "gates": _gates(deployment),
        "votes": _votes(deployment),
        "waivers": _waivers(deployment),
    }


def _items(deployment: Deployment) -> list[dict[str, Any]]:
    items = deployment.items.select_related("state_by", "seconded_by", "asked_by")
    return [
        {
            "key": item.key,
            "text": item.text,
            "state": item.state,
            "by": str(item.state_by) if item.state_by else None,
            "at": item.state_at.isoformat() if item.state_at else None,
            "reason": item.reason,
            "chosen": item.chosen,
            "seconded_by": str(item.seconded_by) if item.seconded_by else None,
            **_asked(item),
        }
        for item in items.order_by("position")
    ]


def _asked(item: Item) -> dict[str, str]:
    """What one person asks for and nobody has agreed to yet."""
    if not item.asked_by:
        return {}
    return {"asked_state": item.asked_state, "asked_by": str(item.asked_by),
            "asked_reason": item.asked_reason}  # fmt: skip


def _gates(deployment: Deployment) -> list[dict[str, Any]]:
    gates = deployment.gates.as_of_now().select_related("last_sample__reporter")
    return [
        {
            "key": gate.key,
            "title": gate.title,
            "state": gate.standing,
            "reason": gate.standing_reason,
            **_measured(gate.last_sample),
        }
        for gate in gates.order_by("position")
    ]


def _waivers(deployment: Deployment) -> list[dict[str, Any]]:
    """Those that stand, with both signatures."""
    return [
        {
            "gate": key,
            "red": f"{waiver.red_state}: {waiver.red_reason}",
            "reason": waiver.reason,
            "risk_owner": str(waiver.risk_owner),
            "ends_at": waiver.ends_at.isoformat(),
            "asked_by": str(waiver.asked_by),
            "asked_at": waiver.asked_at.isoformat(),
            "signed_by": str(waiver.signed_by),
            "signed_at": waiver.signed_at.isoformat(),
        }
        for key, waiver in sorted(waivers.open_of([deployment])[deployment.pk].items())
        if waiver.signed_at
    ]


def _measured(sample: Sample | None) -> dict[str, Any]:
    if sample is None:
        return {"value": None, "sampled_at": None, "by_hand": False, "reporter": None}
    return {
        "value": f"{sample.value}{sample.unit}",
        "sampled_at": sample.at.isoformat(),
        "by_hand": sample.by_hand,
        "reporter": str(sample.reporter) if sample.reporter else None,
    }


def _votes(deployment: Deployment) -> list[dict[str, Any]]:
    return [
        {
            "role": standing.rule.role.key,
            "statement": vote.statement,
            "person": vote.person_name,
            "choice": vote.choice,
            "content_hash": vote.content_hash,
            "at": vote.at.isoformat(),
        }
        for standing in standings(deployment)
        for vote in [*standing.approvals, *standing.objections, *standing.abstentions]
    ]
