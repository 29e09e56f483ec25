"""Which red gates are waived at this instant, and what that makes of readiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import F, QuerySet

from approvals.models import Waiver
from approvals.readiness import Waived
from deployments.blockers import Blocker, Findings
from deployments.canonical import digest
from deployments.models import Deployment
from gates.models import Gate
from statements import AnyOf, built_once

GATE = "gate:"


def question_of(gate: Gate, deployment: Deployment) -> str:
    """What is waived: the question as it was asked, of the commit that it was asked about."""
    return digest(
        {
            "kind": gate.kind,
            "settings": gate.settings,
            "condition": gate.condition,
            "commit": deployment.commit,
            **({"branch": deployment.branch} if gate.follows_branch else {}),
        }
    )


def open_of(deployments: Sequence[Deployment]) -> dict[int, dict[str, Waiver]]:
    """Waivers that are asked for or signed, by gate key, in one query.

    Only of gates that still ask the same; where there are both, the signed one.
    """
    by_id = {one.pk: one for one in deployments}
    waived: dict[int, dict[str, Waiver]] = {pk: {} for pk in by_id}
    for waiver in _open(list(by_id)):
        if waiver.question == question_of(waiver.gate, by_id[waiver.deployment_id]):
            waived[waiver.deployment_id].setdefault(waiver.gate.key, waiver)
    return waived


@built_once
def _open(deployments: list[int]) -> QuerySet[Waiver, Any]:
    found = Waiver.objects.open().filter(AnyOf("deployment", deployments))
    found = found.select_related("gate", "risk_owner", "asked_by", "signed_by")
    return found.order_by(F("signed_at").desc(nulls_last=True))


def signed_of(deployment: Deployment) -> dict[str, Waiver]:
    """What is waived now, by gate key."""
    found = open_of([deployment])[deployment.pk]
    return {key: waiver for key, waiver in found.items() if waiver.signed_at}


def unsigned_of(deployments: Sequence[Deployment]) -> list[Waiver]:
    """Those that wait for their second signature and can still get it, with their gates as of now.

    A gate that asks something else by now leaves nothing to sign.
    """
    by_id = {one.pk: one for one in deployments}
    asked = Waiver.objects.open().unsigned().filter(deployment__in=by_id)
    people = ("asked_by", "signed_by", "signed_for", "ended_by")
    rows = list(asked.select_related(*people).order_by("pk"))
    gates = Gate.every.as_of_now().in_bulk([row.gate_id for row in rows]) if rows else {}
    for row in rows:
        row.gate = gates[row.gate_id]
    return [row for row in rows if row.question == question_of(row.gate, by_id[row.deployment_id])]


def told(found: Mapping[str, Waiver]) -> dict[str, Waived]:
    """What is waived, and what is asked to be, in words."""
    return {key: _told(waiver) for key, waiver in found.items()}


def _told(waiver: Waiver) -> Waived:
    until = f"until {waiver.ends_at:%d %b %Y %H:%M} UTC at the risk of {waiver.risk_owner}"
    if waiver.signed_at is None:
        return Waived(f"{waiver.asked_by} asks for a waiver {until}: {waiver.reason}", stands=False)
    said = f"Waived {until}, asked by {waiver.asked_by}, signed by {waiver.signature}"
    return Waived(f"{said}: {waiver.reason}", stands=True)


def applied(findings: Findings, waived: Mapping[str, Waiver]) -> Findings:
    """The gates' findings with what is signed away as a warning that every page shows."""
    waived = {key: waiver for key, waiver in waived.items() if waiver.signed_at}
    blockers = [one for one in findings.blockers if _key(one) not in waived]
    gone = [one for one in findings.blockers if _key(one) in waived]
    told = [_warning(one, waived[_key(one)]) for one in gone]
    return replace(
        findings,
        blockers=blockers,
        warnings=[*findings.warnings, *told],
        done=findings.done + len(gone),
        summary=f"{len(blockers)} gates are not green",
    )


def _key(blocker: Blocker) -> str:
    return blocker.key.removeprefix(GATE) if blocker.key.startswith(GATE) else ""


def _warning(blocker: Blocker, waiver: Waiver) -> Blocker:
    clause = (
        f"{blocker.clause} (waived until {waiver.ends_at:%d %b %H:%M} UTC at the risk of"
        f" {waiver.risk_owner})"
    )
    return replace(blocker, key=f"waived:{_key(blocker)}", clause=clause)
