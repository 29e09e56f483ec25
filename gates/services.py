"""The verbs of the gates: define, run, report."""

from collections.abc import Sequence

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from deployments import clock, redefining
from deployments.exceptions import require
from deployments.keys import kept_keys
from deployments.models import Deployment
from deployments.policies import refusal_by_proof, rights_of
from deployments.redefining import Wanted
from gates import policies, standing
from gates.bringing import Brought
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import Gate, GateRun, Sample
from gates.parts import GATES, refusal_of_gate, said_of
from gates.reports import Result, read
from gates.runs import idle, queue
from gates.streaks import Observation, judge_report


def define_gates(deployment: Deployment, gates: Sequence[GateDefinition]) -> list[Gate]:
    """Write gates; the caller holds the lock, has asked, and refreshes the content afterwards.

    A claim of the document is kept beside the gate and makes nothing green.
    """
    for gate in gates:
        require(refusal_of_gate(gate, deployment.service))
    taken = list(GATES.every(deployment).values_list("key", flat=True))
    keys = kept_keys([gate.key for gate in gates], [gate.title for gate in gates], taken)
    return GATES.make_with(deployment, keys, gates)


def redefine_gates(deployment: Deployment, gates: Sequence[GateDefinition]) -> None:
    """Make the gates what these say, by key; another question has to be answered anew."""
    for gate in gates:
        require(refusal_of_gate(gate, deployment.service))
    wanted = [Wanted(one.key or "", one.question, said_of(one)) for one in gates]
    redefining.redefine(GATES, deployment, wanted)


@transaction.atomic
def request_run(gate: Gate, *, actor: User) -> GateRun:
    """Have a worker answer the gate; while a run is live that one is returned."""
    deployment = Deployment.objects.lock(gate.deployment_id)
    gate = deployment.gates.get(pk=gate.pk)
    require(policies.refusal_to_run(rights_of(actor, deployment.service), gate, deployment))
    return gate.runs.live().first() or queue(deployment, [gate], actor=actor)[0]


@transaction.atomic
def request_all(deployment: Deployment, *, actor: User) -> list[GateRun]:
    """Have workers answer every gate that they can and that is not being answered already."""
    deployment = Deployment.objects.lock(deployment.pk)
    require(policies.refusal_to_run_any(rights_of(actor, deployment.service), deployment))
    return queue(deployment, idle(deployment.gates.all()), actor=actor)


def run_stale(deployment: Deployment) -> list[GateRun]:
    """Measure again what went stale and a worker can answer; the caller holds the lock."""
    gates = deployment.gates.as_of_now().runnable()
    stale = [gate for gate in gates if gate.standing == GateState.STALE]
    return queue(deployment, idle(stale), actor=None)


@transaction.atomic
def report(gate: Gate, result: Result, *, reporter: User) -> Sample:
    """Take a machine's result as a whole run of one sample; the newest one stands, even red.

    The caller has checked that the machine belongs to the gate's service.
    """
    deployment = Deployment.objects.lock(gate.deployment_id)
    gate = deployment.gates.get(pk=gate.pk)
    require(policies.refusal_to_report(gate, deployment))
    return _take(deployment, gate, result, Brought(reporter))


@transaction.atomic
def report_by_hand(
    gate: Gate,
    result: Result,
    *,
    reporter: User,
    proof: Authentication | None,
    on_behalf_of: User | None = None,
) -> Sample:
    """Take a person's word with value and evidence; every page then says "by hand".

    Whoever stands in for somebody reports for them, and both are named.
    """
    deployment = Deployment.objects.lock(gate.deployment_id)
    gate = deployment.gates.get(pk=gate.pk)
    rights = rights_of(reporter, deployment.service)
    require(policies.refusal_to_report_by_hand(rights, gate, deployment, on_behalf_of))
    require(refusal_by_proof(proof))
    require(policies.refusal_of_evidence(result.value, result.evidence))
    brought = Brought(reporter, by_hand=True, on_behalf_of=on_behalf_of)
    return _take(deployment, gate, result, brought)


def _take(deployment: Deployment, gate: Gate, result: Result, brought: Brought) -> Sample:
    reading = read(result, gate.condition)
    judgment = judge_report(Observation(reading.outcome, reading.reason))
    state, now = GateState(judgment.state), clock.now()
    run = standing.complete_run(
        gate, state, reason=judgment.reason, requested_by=brought.reporter, at=now
    )
    sample = Sample.objects.create(
        run=run,
        at=now,
        outcome=reading.outcome,
        value=result.value,
        unit=result.unit,
        threshold=reading.threshold,
        reason=reading.reason,
        source_link=result.source_link,
        evidence=result.evidence,
        probe_version="report/1",
        **brought.columns,
    )
    said = f"{judgment.reason}, by hand" if brought.by_hand else judgment.reason
    standing.adopt(
        deployment,
        gate,
        state,
        reason=said,
        sample=sample,
        actor=brought.reporter,
        on_behalf_of=brought.on_behalf_of,
        at=now,
    )
    return sample
