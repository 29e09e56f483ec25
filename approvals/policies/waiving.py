"""Who may take responsibility for a red gate, and until when."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from approvals.models import Waiver
from deployments.enums import BEFORE_START, Right
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights
from gates.enums import GateState, Kind
from gates.models import Gate

RED = frozenset({GateState.FAILED, GateState.INCONCLUSIVE, GateState.ERRORED, GateState.STALE})
SECURITY = frozenset({Kind.SARIF, Kind.TRIVY, Kind.GRYPE, Kind.CARGO_AUDIT, Kind.TLS})
MAY_ASK = frozenset({Right.TICK, Right.EDIT, Right.OPERATE})


def signing_role(gate: Gate) -> tuple[str, str]:
    """The role whose signature a waiver of this gate needs: its key, and how it is called."""
    if gate.kind in SECURITY:
        return "security", "a security holder"
    return "technical_lead", "a technical lead"


def refusal_to_waive(gate: Gate, deployment: Deployment) -> Refused | None:
    """What holds for whoever asks or signs."""
    if deployment.state not in BEFORE_START:
        standing = deployment.get_state_display().lower()
        return Refused(f"Gates are waived before the start; the deployment is {standing}.")
    if gate.unwaivable:
        return Refused(f"“{gate}” cannot be waived: the plan says so.")
    if not gate.required:
        return Refused(f"“{gate}” is advisory and blocks nothing.")
    if gate.standing not in RED:
        return Refused(f"“{gate}” is {gate.standing.label.lower()}; only a red gate is waived.")
    return None


def refusal_to_ask(rights: Rights, gate: Gate, deployment: Deployment) -> Refused | None:
    if not rights.user.is_person or not any(rights.has(right) for right in MAY_ASK):
        return Forbidden("Only members, release managers and ops leads ask for a waiver.")
    return refusal_to_waive(gate, deployment)


def voices_now(rights: Rights, waiver: Waiver, deployment: Deployment) -> list[User | None]:
    """Themselves (None) and those away, as far as they may sign; all where none may."""
    voices = rights.voices_as([signing_role(waiver.gate)[0]])
    return [
        voice
        for voice in voices
        if refusal_to_sign(rights, waiver, deployment, on_behalf_of=voice) is None
    ] or (voices or [None])


def refusal_to_speak(rights: Rights, waiver: Waiver, deployment: Deployment) -> Refused | None:
    """Whether the person may sign at all, for themselves or for somebody away."""
    first, *_ = voices_now(rights, waiver, deployment)
    return refusal_to_sign(rights, waiver, deployment, on_behalf_of=first)


def refusal_to_sign(
    rights: Rights, waiver: Waiver, deployment: Deployment, *, on_behalf_of: User | None = None
) -> Refused | None:
    role, called = signing_role(waiver.gate)
    if not rights.user.is_person or on_behalf_of not in rights.voices_as([role]):
        return Forbidden(
            f"You do not stand in for {on_behalf_of} as {called} now."
            if on_behalf_of
            else f"This waiver needs the signature of {called} of this service."
        )
    if rights.user.pk == waiver.asked_by_id:
        return Forbidden("Whoever asked for the waiver may not sign it; another person does.")
    if rights.user.pk == deployment.requester_id:
        return Forbidden("Whoever requested the deployment may not sign a waiver for it.")
    return (
        refusal_by_absent(on_behalf_of, waiver, deployment)
        or refusal_of_settled(waiver)
        or refusal_to_waive(waiver.gate, deployment)
    )


def refusal_by_absent(
    absent: User | None, waiver: Waiver, deployment: Deployment
) -> Refused | None:
    """Whoever may not sign the waiver has nobody sign it for them either."""
    if absent is not None and absent.pk in {waiver.asked_by_id, deployment.requester_id}:
        is_asker = absent.pk == waiver.asked_by_id
        did = "asked for the waiver" if is_asker else "requested the deployment"
        return Forbidden(f"{absent} {did}; nobody signs it for them.")
    return None


def refusal_to_end(rights: Rights, waiver: Waiver) -> Refused | None:
    """Those who answer for it, and those who run the deployment, may take it back."""
    role, _ = signing_role(waiver.gate)
    concerned = rights.user in (
        waiver.asked_by, waiver.signed_by, waiver.signed_for, waiver.risk_owner
    )  # fmt: skip
    if not (concerned or rights.speaks_as(role) or rights.has(Right.OPERATE)):
        return Forbidden("Only those who answer for the waiver, or an ops lead, take it back.")
    return Refused("This waiver was taken back already.") if waiver.ended_at else None


def refusal_of_settled(waiver: Waiver) -> Refused | None:
    if waiver.ended_at:
        return Refused(f"This waiver was taken back by {waiver.ended_by}.")
    if waiver.signed_at:
        return Refused(f"This waiver was signed by {waiver.signature} already.")
    return None


def refusal_of_terms(
    *, reason: str, ends_at: datetime, latest: datetime | None, now: datetime
) -> Refused | None:
    if not reason.strip():
        return Invalid("Say why the release may go on although the gate is red.")
    if ends_at <= now:
        return Invalid("A waiver ends in the future.")
    if latest is None:
        return Invalid("Set the time of the deployment first: a waiver ends with its watch.")
    if ends_at > latest:
        return Invalid(f"A waiver ends at the latest with the watch, {latest:%d %b %Y %H:%M} UTC.")
    return None


def refusal_of_owner(owner: User | None) -> Refused | None:
    if owner is None or not owner.is_person or not owner.is_active:
        return Invalid("Name the person who owns the risk.")
    return None
