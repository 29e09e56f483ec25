"""The gates of one deployment as every viewer sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from deployments.models import Deployment
from gates.declared import Declared
from gates.enums import LIVE_RUN
from gates.kinds import KINDS
from gates.models import Gate, GateRun, Sample, recent_samples
from gates.parts import GATES
from gates.policies import refusal_by_state
from gates.probes.documents import worded
from gates.sparks import Spark, spark
from statements import AnyOf, built_once

SHOWN_RUNS = 20
SHOWN_SAMPLES = 200


@dataclass(frozen=True)
class Row:
    """A gate with the verdict that stands and, while a run is live, how far that one is."""

    gate: Gate
    run: GateRun | None
    newest: Sample | None
    spark: Spark | None = None
    waiver: Any = None

    @property
    def sample(self) -> Sample | None:
        """What to show as measured: the live run's newest sample, else the one that decided."""
        return self.newest or self.gate.last_sample


def gates_panel(deployment: Deployment, waivers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Each gate with its verdict, its live run and that run's newest sample; three queries.

    `waivers` by gate key come from whoever composes the page; they are kept a floor above.
    """
    gates = _gates(deployment.pk)
    for gate in gates:
        gate.deployment = deployment
    runs = {run.gate_id: run for run in _live(deployment.pk)}
    newest = {one.run_id: one for one in _newest([run.pk for run in runs.values()])} if runs else {}
    rows = [_row(gate, runs.get(gate.pk), newest, (waivers or {}).get(gate.key)) for gate in gates]
    refusal = refusal_by_state(deployment, "run")
    measurable = {gate.pk for gate in gates if gate.is_runnable} | set(runs)
    return {
        "rows": rows,
        "green": sum(gate.is_green for gate in gates),
        "under_way": len(runs),
        "measurable": len(measurable),
        "measured": len(measurable) - len(runs),
        "can_run": any(gate.is_runnable for gate in gates),
        "refusal": refusal.sentence if refusal else "",
    }


@built_once
def _gates(deployment: int) -> QuerySet[Gate, Any]:
    gates = Gate.objects.as_of_now().filter(deployment=deployment)
    gates = gates.annotate(recent=recent_samples())
    return gates.select_related("last_sample__reporter", "last_sample__run").order_by("position")


@built_once
def _live(deployment: int) -> QuerySet[GateRun]:
    return GateRun.objects.live().filter(gate__deployment=deployment)


@built_once
def _newest(runs: list[int]) -> QuerySet[Sample]:
    samples = Sample.objects.filter(AnyOf("run", runs))
    return samples.order_by("run_id", "-at", "-pk").distinct("run_id")


def _row(gate: Gate, run: GateRun | None, newest: dict[int, Sample], waiver: Any) -> Row:
    recent = spark(gate.recent)  # type: ignore[attr-defined]
    return Row(gate, run, newest.get(run.pk) if run else None, recent, waiver)


def gate_page(gate: Gate, number: int | None) -> dict[str, Any]:
    """One gate with what it asks, its newest runs, and the samples of one of them.

    `number` None takes the newest run; one that is not there shows no samples.
    """
    runs = list(
        gate.runs.select_related("requested_by", "report__reporter", "follows")
        .annotate(sampled=Count("samples"))
        .order_by("-number")[:SHOWN_RUNS]
    )
    shown = next((run for run in runs if number in (None, run.number)), None)
    samples = shown.samples.select_related("reporter").order_by("-at", "-pk") if shown else ()
    declared = KINDS[gate.kind]
    return {
        "gate": gate,
        "declared": declared,
        "told": _told(gate, declared),
        "runs": runs,
        "shown": shown,
        "samples": samples[:SHOWN_SAMPLES],
        # A run may have ended between the two reads; its page comes once more to say so.
        "is_live": gate.is_under_way or any(run.state in LIVE_RUN for run in runs),
    }


def _told(gate: Gate, declared: Declared[Any]) -> list[tuple[str, str]]:
    """The settings that say something, under their titles."""
    said = GATES.plan_of(gate).told.items()
    fields = declared.settings.model_fields
    return [
        (fields[name].title or name, worded(value))
        for name, value in said
        if value not in (None, "", [], False)
    ]
