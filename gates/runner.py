"""Does the work of a run: claim, measure outside any transaction, store what was found."""

import math
import time
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from connections.exceptions import Trouble
from deployments import clock, hints
from deployments.conditions import parse
from deployments.fitting import cut
from deployments.models import Deployment
from gates import readings, standing, tries
from gates.circumstances import circumstances
from gates.claims import Claim, beating, claim
from gates.enums import GateState, RunState
from gates.kinds import PROBED
from gates.measurement import MOST_DETAILS, Measurement, storable, unmeasured
from gates.measuring import measure
from gates.models import Gate, GateRun, Sample, TryOut
from gates.storing import opened
from gates.streaks import Judgment, Limits, Observation, judge, judge_look, judge_report
from statements import Change, built_once, change_built_once

# A pause this short is waited out by the worker that holds the run; longer ones are the sweep's.
PATIENCE = timedelta(seconds=1)
LONGEST_DETAIL = 300


def execute(run_id: int) -> None:
    """Sample one run until it is decided or its next sample is a while away."""
    while held := claim(run_id):
        with beating(held):
            found = sampled(held)
        pause = store(held, found) if found else None
        if pause is None or pause > PATIENCE:
            return
        time.sleep(pause.total_seconds())


def try_out(pk: int) -> None:
    """Measure once with settings that are not saved, for the one page that waits for it."""
    tried = tries.claim(pk)
    if tried is not None:
        tries.keep(tried, _tried(tried))


def _tried(tried: TryOut) -> Measurement:
    if tried.service is not None:
        return readings.take(tried.kind, tried.settings, tried.unit, tried.service)
    assert tried.deployment is not None
    try:
        about = (tried.settings, tried.deployment.service, tried.deployment)
        around = circumstances(*about, kind=tried.kind)
        return measure(tried.kind, tried.settings, tried.condition, around)
    except Trouble as trouble:
        return unmeasured(trouble.sentence)


def sampled(held: Claim) -> Measurement | None:
    """One measurement for a run, of the report that it was asked for where there is one.

    None if the claim was lost before anybody was asked, who is not to be asked twice at once.
    """
    run, gate = held.run, held.run.gate
    about = (gate.settings, gate.deployment.service, gate.deployment)
    try:
        around = circumstances(*about, kind=gate.kind, now=held.at)
    except Trouble as trouble:
        return unmeasured(trouble.sentence)
    with opened(run.report) as report:
        if report is None and not held.stands:
            return None
        return measure(gate.kind, gate.settings, gate.condition, around, report)


def store(held: Claim, measured: Measurement) -> timedelta | None:
    """Keep the sample and judge the run; None when it is over or the claim was lost.

    The pause until the next sample otherwise. A stale worker's answer is thrown away.
    """
    run, gate, now = held.run, held.run.gate, clock.now()
    sample = Sample(run=run, at=now, **{**fitted(measured), **_brought_by(run)})
    seen = [*_earlier(held), Observation(sample.outcome, sample.reason)]
    is_expired = run.deadline is not None and now >= run.deadline
    judgment = _judged(run, seen, is_expired=is_expired)
    if judgment.ends:
        _end(held, sample, judgment)
        return None
    return gate.interval if _go_on(held, sample) else None


def _earlier(held: Claim) -> list[Observation]:
    """What the run is judged by besides; whoever claims it first finds nothing and need not ask."""
    if held.is_first and held.run.follows_id is None:
        return []
    earlier = Sample.objects.counted_for(held.run).values_list("outcome", "reason")
    return [Observation(outcome, reason) for outcome, reason in earlier]


def _judged(run: GateRun, seen: list[Observation], *, is_expired: bool) -> Judgment:
    if run.report_id is not None:
        return judge_report(seen[-1])
    asked = judge if run.follows_id is None else judge_look
    return asked(seen, demanded(run.gate), is_expired=is_expired)


def demanded(gate: Gate) -> Limits:
    """The gate's limits; a condition that is to hold for a while needs so many good samples."""
    limits = gate.limits
    lasts = parse(gate.condition).duration if gate.condition and gate.kind in PROBED else None
    if lasts is None or not gate.interval:
        return limits
    samples = math.ceil(lasts / gate.interval.total_seconds()) + 1
    return replace(limits, need_good=max(limits.need_good, samples))


def fitted(measured: Measurement) -> dict[str, Any]:
    """The measurement as a sample can keep it; what a column is too short for ends in “…”.

    A worker must never fail over what an address or an answer happens to hold.
    """
    facts = asdict(storable(measured))
    facts["counts"] = {name: str(number) for name, number in measured.counts.items()}
    facts["details"] = [cut(line, LONGEST_DETAIL) for line in facts["details"][:MOST_DETAILS]]
    for name, value in facts.items():
        if isinstance(value, str):
            longest = getattr(Sample._meta.get_field(name), "max_length", None)
            facts[name] = cut(value, longest)
    return facts


def _brought_by(run: GateRun) -> dict[str, Any]:
    """Who handed in the report that is read; nobody for what the portal asks by itself."""
    if run.report is None:
        return {}
    report = run.report
    return {
        "reporter_id": report.reporter_id,
        "by_hand": report.by_hand,
        "on_behalf_of_id": report.on_behalf_of_id,
        "on_behalf_of_name": report.on_behalf_of_name,
        "source_link": report.source_link,
    }


@transaction.atomic
def _end(held: Claim, sample: Sample, judgment: Judgment) -> None:
    """The deployment's lock comes first, as everywhere; the token then decides."""
    Deployment.objects.lock_row(held.run.gate.deployment_id)
    state = GateState(judgment.state)
    if not _ended(held.run.pk, held.token, state, judgment.reason, sample.at):
        return
    sample.save()
    gate, why = _fresh(held.run.gate_id)[0], judgment.reason
    standing.adopt(gate.deployment, gate, state, reason=why, sample=sample, at=sample.at)


@change_built_once
def _ended(run: int, token: UUID, outcome: GateState, reason: str, at: datetime) -> Change:
    """Nothing where somebody else has claimed it since."""
    return GateRun.objects.held(run, token), {
        "state": RunState.COMPLETE,
        "outcome": outcome,
        "reason": reason,
        "finished_at": at,
        "lease_until": None,
        "starts": 0,
    }


@transaction.atomic
def _go_on(held: Claim, sample: Sample) -> bool:
    gate = held.run.gate
    has_settled = gate.state == GateState.SETTLING
    if has_settled:
        Deployment.objects.lock_row(gate.deployment_id)
    is_mine = held.mine.update(lease_until=None, due_at=sample.at + gate.interval, starts=0)
    if not is_mine:
        return False
    sample.save()
    if has_settled:
        gate = _fresh(held.run.gate_id)[0]
        standing.adopt(gate.deployment, gate, GateState.SAMPLING, reason="")
    hints.changed(gate.deployment_id)
    return True


@built_once
def _fresh(gate: int) -> QuerySet[Gate]:
    """The gate and its deployment as they are under the lock."""
    return Gate.objects.select_related("deployment").filter(pk=gate)
