"""The gates of one deployment as every viewer sees them."""

from dataclasses import dataclass
from typing import Any

from deployments.models import Deployment
from gates.models import Gate, GateRun, Sample
from gates.policies import refusal_by_state


@dataclass(frozen=True)
class Row:
    """A gate with the verdict that stands and, while a run is live, how far that one is."""

    gate: Gate
    run: GateRun | None
    newest: Sample | None

    @property
    def sample(self) -> Sample | None:
        """What to show as measured: the live run's newest sample, else the one that decided."""
        return self.newest or self.gate.last_sample


def gates_panel(deployment: Deployment) -> dict[str, Any]:
    """Each gate with its verdict, its live run and that run's newest sample; three queries."""
    gates = list(
        deployment.gates.as_of_now()
        .select_related("last_sample__reporter", "last_sample__run")
        .order_by("position")
    )
    runs = {run.gate_id: run for run in GateRun.objects.live().filter(gate__deployment=deployment)}
    samples = (
        Sample.objects.filter(run__in=[run.pk for run in runs.values()])
        .order_by("run_id", "-at", "-pk")
        .distinct("run_id")
    )
    newest = {sample.run_id: sample for sample in samples} if runs else {}
    rows = [_row(gate, runs.get(gate.pk), newest) for gate in gates]
    refusal = refusal_by_state(deployment, "run")
    return {
        "rows": rows,
        "green": sum(gate.is_green for gate in gates),
        "under_way": len(runs),
        "can_run": any(gate.is_runnable for gate in gates),
        "refusal": refusal.sentence if refusal else "",
    }


def _row(gate: Gate, run: GateRun | None, newest: dict[int, Sample]) -> Row:
    return Row(gate, run, newest.get(run.pk) if run else None)
