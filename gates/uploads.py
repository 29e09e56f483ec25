"""A report file that is handed in: kept as it came, and read by a worker."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from deployments import clock
from deployments.exceptions import require
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.policies import refusal_by_proof, rights_of
from gates import policies, standing
from gates.bringing import Brought
from gates.enums import GateState
from gates.links import refusal_of_link
from gates.models import Gate, GateRun, Report
from gates.runs import queue
from gates.storing import keep

NEWER = "a newer report was handed in"
LONGEST_NAME = 255


@dataclass(frozen=True)
class Upload:
    """A report as it comes in: its bytes in any portions, and where it can be looked at."""

    chunks: Iterable[bytes]
    name: str = ""
    source_link: str = ""


@transaction.atomic
def hand_in(gate: Gate, upload: Upload, *, reporter: User) -> GateRun:
    """Take a machine's report; the caller has checked that it belongs to the gate's service."""
    return _taken(gate, upload, Brought(reporter))


@transaction.atomic
def hand_in_by_hand(
    gate: Gate,
    upload: Upload,
    *,
    reporter: User,
    proof: Authentication | None,
    on_behalf_of: User | None = None,
) -> GateRun:
    """Take a report that a person brings; every page then says "by hand".

    Whoever stands in for somebody brings it for them, and both are named.
    """
    rights = rights_of(reporter, gate.deployment.service)
    require(policies.refusal_to_hand_in_by_hand(rights, gate, gate.deployment, on_behalf_of))
    require(refusal_by_proof(proof))
    return _taken(gate, upload, Brought(reporter, by_hand=True, on_behalf_of=on_behalf_of))


def _taken(gate: Gate, upload: Upload, brought: Brought) -> GateRun:
    """Keep the report before the lock is taken, since a large one takes a while.

    It is judged by the newest: a run that still read an older one ends.
    """
    require(policies.refusal_to_hand_in(gate, gate.deployment))
    require(refusal_of_link(upload.source_link))
    report = Report(
        gate=gate,
        name=cut(upload.name.replace("\0", "\ufffd"), LONGEST_NAME),
        source_link=upload.source_link,
        received_at=clock.now(),
        **brought.columns,
    )
    keep(report, upload.chunks)
    deployment = Deployment.objects.lock(gate.deployment_id)
    gate = deployment.gates.get(pk=gate.pk)
    require(policies.refusal_to_hand_in(gate, deployment))
    standing.end_live_run(gate, GateState.STALE, NEWER)
    (run,) = queue(deployment, [gate], actor=brought.reporter, report=report)
    return run
