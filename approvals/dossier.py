"""The facts as they stood when somebody decided, frozen so that they can be read months later."""

from dataclasses import asdict
from typing import Any

from approvals import waivers
from approvals.readiness import Readiness
from approvals.rollcall import RollCall
from approvals.signoff import standings
from checklists.models import Item
from deployments.freezes.stops import stops_of
from deployments.models import Deployment
from gates.models import Sample


def freeze(deployment: Deployment, verdict: Readiness, poll: RollCall) -> dict[str, Any]:
    """Plain data: content and schedule, every item, gate, vote and answer, what readiness said."""
    version = deployment.content_version
    return {
        "version": 4,
        "deployment": _named(deployment),
        "state": str(deployment.state),
        "sentence": verdict.sentence,
        "percent": verdict.percent,
        "blockers": [blocker.clause for blocker in verdict.blockers],
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
        "rules": _rules(deployment),
        "waivers": _waivers(deployment),
        "freezes": _freezes(deployment),
        "poll": _poll(poll),
    }


def _named(deployment: Deployment) -> dict[str, str]:
    """What is shipped where, in the names that it had."""
    return {
        "package": deployment.package,
        "service": str(deployment.service),
        "environment": str(deployment.environment),
        "branch": deployment.branch,
        "commit": deployment.commit,
        "digest": deployment.digest,
        "requester": str(deployment.requester),
        "lead": str(deployment.lead),
        "authors": ", ".join(sorted(str(one) for one in deployment.authors.all())),
    }


def _rules(deployment: Deployment) -> list[dict[str, Any]]:
    """Every rule with where it stood; the votes that counted are listed beside."""
    return [
        {
            "key": one.rule.key,
            "role": one.rule.role.key,
            "title": one.rule.role.title,
            "statement": one.rule.statement,
            "count": one.rule.count,
            "holds": one.holds,
            "again": [vote.person_name for vote in one.again],
        }
        for one in standings(deployment)
    ]


def _poll(poll: RollCall) -> dict[str, Any]:
    found = poll.round
    return {
        "is_held": poll.is_held,
        "round": found.number if found else None,
        "opened_at": found.opened_at.isoformat() if found else None,
        "closes_at": found.closes_at.isoformat() if found else None,
        "roles": [
            {
                "role": call.key,
                "title": call.title,
                "word": str(call.word) if call.word else None,
                "answers": [
                    {**asdict(said), "word": str(said.word), "at": said.at.isoformat()}
                    for said in call.said
                ],
            }
            for call in poll.calls
        ],
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
            "signed_by": waiver.signature,
            "signed_at": waiver.signed_at.isoformat(),
        }
        for key, waiver in sorted(waivers.open_of([deployment])[deployment.pk].items())
        if waiver.signed_at
    ]


def _freezes(deployment: Deployment) -> list[dict[str, Any]]:
    """Those that meet the window, with who let this deployment through."""
    return [
        {
            "freeze": stop.freeze.pk,
            "scope": stop.freeze.scope,
            "reason": stop.freeze.reason,
            "zone": stop.freeze.zone,
            "windows": [
                {"starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat()}
                for one in stop.windows
            ],
            "exempted_by": str(stop.exemption.made_by) if stop.exemption else None,
            "exempted_at": stop.exemption.made_at.isoformat() if stop.exemption else None,
            "exempted_why": stop.exemption.reason if stop.exemption else None,
        }
        for stop in stops_of([deployment])[deployment.pk]
    ]


def _measured(sample: Sample | None) -> dict[str, Any]:
    if sample is None:
        return {
            "value": None, "threshold": "", "sampled_at": None, "by_hand": False, "reporter": None,
        }  # fmt: skip
    return {
        "value": f"{sample.value}{sample.unit}",
        "threshold": sample.threshold,
        "sampled_at": sample.at.isoformat(),
        "by_hand": sample.by_hand,
        "reporter": sample.voice or None,
    }


def _votes(deployment: Deployment) -> list[dict[str, Any]]:
    """Every word that was not taken back, also one that has to be given again or was lifted."""
    return [
        {
            "rule": standing.rule.key,
            "role": standing.rule.role.key,
            "statement": vote.statement,
            "person": vote.person_name,
            "role_title": vote.role_title,
            "on_behalf_of": vote.on_behalf_of_name or None,
            "choice": vote.choice,
            "reason": vote.reason,
            "grounds": vote.grounds,
            "means": vote.authenticated_by,
            "content_hash": vote.content_hash,
            "schedule_hash": vote.schedule_hash,
            "at": vote.at.isoformat(),
            "is_to_be_given_again": vote in standing.again,
            "lifted_by": str(vote.lifting.by) if vote.is_lifted else None,
            "lifted_why": vote.lifting.reason if vote.is_lifted else None,
        }
        for standing in standings(deployment)
        for vote in [*standing.current, *standing.lifted]
    ]
