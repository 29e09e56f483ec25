"""What the figures mean: one sentence on top, and a line for each part, the useful word first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from communications.enums import DeliveryState
from dashboard.operations.figures import Figures
from deployments.banners import PATIENCE
from deployments.conditions import length

# A sweep that has not come for so long does not come.
SWEEP_IS_GONE = timedelta(seconds=90)
LOOKED_FOR = {
    "messages.sweep": "due mail",
    "gates.sweep": "due gates",
    "deployments.sweep": "waiting events",
}
# A due gate waits a few seconds for a worker on any portal.
GATES_LATE = timedelta(seconds=30)


@dataclass(frozen=True)
class Line:
    """`state` is drawn as icon and colour; `advice` says what to do where something is wrong."""

    state: str
    title: str
    sentence: str
    advice: str = ""


def lines(found: Figures) -> list[Line]:
    return [
        _sweeps(found),
        _mail(found),
        _copies(found),
        _messages(found),
        _gates(found),
        _events(found),
        _broker(found),
    ]


def summary(found: Figures, said: list[Line]) -> str:
    if found.hold is not None:
        return "The portal is held: nothing leaves and no gate runs until it is released."
    for state in ("bad", "warn"):
        if wrong := [line for line in said if line.state == state]:
            return wrong[0].sentence
    return _mail(found).sentence


def _mail(found: Figures) -> Line:
    title, since = "Mail", found.mail.waiting_since
    waiting = sum(found.mail.copies.values())
    if found.hold is not None:
        return Line("warn", title, f"Mail is held; copies that could leave: {waiting}.")
    if since is None:
        return Line("good", title, "Mail leaves on time: nothing that is due waits.")
    age = found.age(since)
    if age <= PATIENCE.total_seconds():
        return Line("good", title, f"Mail leaves on time: the oldest due copy waits {_span(age)}.")
    retry = found.mail.copies[DeliveryState.RETRY]
    if retry:
        sentence = f"Mail is late: {_some(retry, 'copy', 'copies')} will be tried again,"
        advice = "See whether the mail server of EMAIL_URL answers, and what it says below."
    else:
        sentence = "Mail is late:"
        advice = "See that worker and beat run, and what the worker's log says."
    return Line("bad", title, f"{sentence} the oldest due copy waits {_span(age)}.", advice)


def _copies(found: Figures) -> Line:
    title, failed = "Copies", found.mail.troubled[DeliveryState.FAILED]
    unknown = found.mail.troubled[DeliveryState.UNKNOWN]
    if not failed and not unknown:
        return Line("good", title, "No copy failed or is in doubt within seven days.")
    parts = [f"{_some(failed, 'copy', 'copies')} failed"] if failed else []
    if unknown:
        they = "it" if unknown == 1 else "they"
        parts.append(f"of {_some(unknown, 'copy', 'copies')} nobody knows whether {they} left")
    sentence = f"Within seven days {' and '.join(parts)}."
    advice = "The deployments' messages say whose; mend addresses there, and ask the readers."
    return Line("warn", title, sentence, advice)


def _messages(found: Figures) -> Line:
    count = found.mail.not_ready
    if not count:
        return Line("good", "Messages", "Every due message could be made ready to leave.")
    some = _some(count, "message", "messages")
    advice = "The worker's log says why; each is tried again by itself once that is mended."
    return Line("bad", "Messages", f"{some} could not be made ready to leave.", advice)


def _gates(found: Figures) -> Line:
    title, runs = "Gates", found.runs
    under_way = f"{runs.running} under way" if runs.running else "none under way"
    if found.hold is not None:
        return Line("warn", title, f"Gates are held; due runs that wait: {runs.due}.")
    if not runs.due:
        return Line("good", title, f"No due run waits for a worker, {under_way}.")
    age = found.age(runs.oldest)
    stuck = f", left unfinished by a worker: {runs.stuck}" if runs.stuck else ""
    waiting = _some(runs.due, "due run waits", "due runs wait")
    sentence = f"{waiting} for a worker, the oldest {_span(age)}, {under_way}{stuck}."
    if age <= GATES_LATE.total_seconds():
        return Line("good", title, sentence)
    return Line("bad", title, sentence, "See that a worker of the queue “gates” runs.")


def _events(found: Figures) -> Line:
    title, outbox = "Events", found.outbox
    if not outbox.due:
        return Line("good", title, "Every event has reached all receivers.")
    age = found.age(outbox.oldest)
    some = _some(outbox.due, "event has", "events have")
    sentence = f"{some} not reached all receivers, the oldest for {_span(age)}."
    if not outbox.stuck and age <= PATIENCE.total_seconds():
        return Line("good", title, sentence)
    failed = f" Failed and tried again: {outbox.stuck}." if outbox.stuck else ""
    return Line("bad", title, sentence + failed, "The worker's log says what they failed over.")


def _broker(found: Figures) -> Line:
    if found.broker:
        return Line("good", "Broker", "Redis answers.")
    advice = "Nothing is lost; start it again. Workers go on by themselves."
    return Line("bad", "Broker", "Redis does not answer: workers get no ticks.", advice)


def _sweeps(found: Figures) -> Line:
    title, ages = "Sweeps", {name: found.age(at) for name, at in found.ticks.items()}
    gone = [
        f"{what} (last {_span(ages[name])} ago)" if name in ages else f"{what} (never yet)"
        for name, what in LOOKED_FOR.items()
        if ages.get(name, math.inf) > SWEEP_IS_GONE.total_seconds()
    ]
    if not gone:
        oldest = max(ages[name] for name in LOOKED_FOR)
        return Line("good", title, f"Every sweep came within the last {_span(oldest)}.")
    advice = "See that beat runs, and a worker for each of the queues “messages” and “gates”."
    return Line("bad", title, f"No worker looks for {', '.join(gone)}.", advice)


def _some(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _span(seconds: float) -> str:
    """As people say it: 2 s, 3 min, 5 h; a second is the least that is worth a word."""
    whole = max(int(seconds), 1)
    step = 1 if whole < 60 else 60 if whole < 3600 else 3600
    return length(whole // step * step)
