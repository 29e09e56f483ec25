"""A red gate waived: asked for by one person, signed by another, taken back by those concerned."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from approvals import waivers
from approvals.models import Waiver
from approvals.policies import waiving as policies
from deployments import anchors, clock, history
from deployments.enums import Anchor
from deployments.exceptions import Invalid, Overtaken, require
from deployments.mentions import people_of
from deployments.models import Deployment
from deployments.policies import refusal_by_proof, rights_of
from gates.models import Gate

SIGNATURE = (
    "signed_by", "signed_at", "signed_means", "signed_role", "signed_for", "signed_for_name",
)  # fmt: skip
PEOPLE = ("asked_by", "signed_by", "signed_for", "ended_by", "risk_owner")


@dataclass(frozen=True)
class Terms:
    """Why a red gate may be passed by, at whose risk, and until when (UTC)."""

    reason: str
    risk_owner: User | None
    ends_at: datetime


def latest_end(deployment: Deployment) -> datetime | None:
    """The end of the watch as it is planned; None as long as no time is set."""
    return anchors.foreseen([deployment], Anchor.WATCH_END).get(deployment.pk)


@transaction.atomic
def ask_waiver(gate: Gate, terms: Terms, *, actor: User, proof: Authentication | None) -> Waiver:
    """Ask for a second signature; nothing is waived before that."""
    deployment = Deployment.objects.lock(gate.deployment_id)
    gate = deployment.gates.as_of_now().get(pk=gate.pk)
    now = clock.now()
    require(policies.refusal_to_ask(rights_of(actor, deployment.service), gate, deployment))
    require(refusal_by_proof(proof))
    latest = latest_end(deployment)
    require(
        policies.refusal_of_terms(
            reason=terms.reason, ends_at=terms.ends_at, latest=latest, now=now
        )
    )
    owner = terms.risk_owner
    require(policies.refusal_of_owner(owner))
    assert proof is not None and owner is not None
    if not people_of(deployment.service).filter(pk=owner.pk).exists():
        raise Invalid("The risk is owned by somebody who sees this service.")
    _end_unsigned(gate, actor, now)
    if earlier := gate.waivers.unsigned().first():
        raise Overtaken(f"{earlier.asked_by} asked for a waiver of this gate already.")
    waiver = Waiver.objects.create(
        deployment=deployment,
        gate=gate,
        question=waivers.question_of(gate, deployment),
        red_state=gate.standing,
        red_reason=gate.standing_reason,
        reason=terms.reason.strip(),
        risk_owner=owner,
        ends_at=terms.ends_at,
        content_hash=deployment.content_hash,
        schedule_hash=deployment.schedule_hash,
        asked_by=actor,
        asked_at=now,
        asked_means=proof.means,
    )
    after = {"until": terms.ends_at.isoformat(), "risk_owner": str(owner)}
    history.record(
        deployment, "waiver asked", actor=actor, obj=gate, after=after, reason=waiver.reason, at=now
    )
    return waiver


def _end_unsigned(gate: Gate, actor: User, now: datetime) -> None:
    """One that ran out before anybody signed it is out of the way."""
    gate.waivers.unsigned().filter(ends_at__lte=now).update(
        ended_by=actor, ended_at=now, ended_reason="It ran out before anybody signed it."
    )


@transaction.atomic
def sign_waiver(
    waiver: Waiver,
    *,
    actor: User,
    proof: Authentication | None,
    on_behalf_of: User | None = None,
) -> Waiver:
    """The second signature; from here on the gate is a warning until the waiver ends.

    Whoever stands in for somebody signs for them; it is the word of both.
    """
    deployment, waiver = _locked(waiver)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_sign(rights, waiver, deployment, on_behalf_of=on_behalf_of))
    require(refusal_by_proof(proof))
    assert proof is not None
    now = clock.now()
    if waiver.ends_at <= now:
        raise Invalid("The waiver ended before it was signed; ask for a new one.")
    if waiver.question != waivers.question_of(waiver.gate, deployment):
        raise Invalid("The gate asks something else by now; ask for a new waiver.")
    waiver.signed_by, waiver.signed_at, waiver.signed_means = actor, now, proof.means
    waiver.signed_role = policies.signing_role(waiver.gate)[0]
    waiver.signed_for = on_behalf_of
    waiver.signed_for_name = str(on_behalf_of) if on_behalf_of else ""
    waiver.save(update_fields=SIGNATURE)
    after = {"until": waiver.ends_at.isoformat(), "asked_by": str(waiver.asked_by)}
    history.record(
        deployment,
        "gate waived",
        actor=actor,
        obj=waiver.gate,
        after=after,
        on_behalf_of=on_behalf_of,
        at=now,
    )
    return waiver


@transaction.atomic
def end_waiver(waiver: Waiver, *, actor: User, reason: str) -> Waiver:
    """Take a waiver back, asked for or signed; the gate blocks again."""
    deployment, waiver = _locked(waiver)
    require(policies.refusal_to_end(rights_of(actor, deployment.service), waiver))
    if not reason.strip():
        raise Invalid("Say why the waiver is taken back.")
    waiver.ended_by, waiver.ended_at, waiver.ended_reason = actor, clock.now(), reason.strip()
    waiver.save(update_fields=["ended_by", "ended_at", "ended_reason"])
    history.record(
        deployment, "waiver taken back", actor=actor, obj=waiver.gate, reason=waiver.ended_reason
    )
    return waiver


def _locked(waiver: Waiver) -> tuple[Deployment, Waiver]:
    deployment = Deployment.objects.lock(waiver.deployment_id)
    of_it = deployment.waivers.select_related(*PEOPLE)
    fresh = of_it.get(pk=waiver.pk)
    fresh.gate = Gate.every.as_of_now().get(pk=fresh.gate_id)
    return deployment, fresh
