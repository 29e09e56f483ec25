"""The same figures for a Prometheus, in its text format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dashboard.operations.figures import Figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Family:
    """One metric: every one is a gauge, since all of them may fall."""

    name: str
    meaning: str
    values: list[tuple[Labels, float]] = field(default_factory=list)


def exposition(found: Figures) -> str:
    return "".join(line + "\n" for family in families(found) for line in _lines(family))


def families(found: Figures) -> Iterator[Family]:
    yield from _mail(found)
    yield from _rest(found)


def _mail(found: Figures) -> Iterator[Family]:
    mail = found.mail
    yield _one(
        "portal_messages_oldest_due_age_seconds",
        "Age of the oldest copy or message that could leave now, 0 if none waits.",
        found.age(mail.waiting_since),
    )
    yield _one(
        "portal_messages_due", "Messages whose copies are still to be written.", mail.messages_due
    )
    yield _one(
        "portal_messages_not_ready", "Messages whose copies could not be written.", mail.not_ready
    )
    yield _each(
        "portal_copies_waiting", "Copies that could leave now, by state.", "state", mail.copies
    )
    yield _each(
        "portal_copies_troubled",
        "Copies due within seven days that failed or of which nobody knows whether they left.",
        "state",
        mail.troubled,
    )
    seconds = {str(int(span.total_seconds())): count for span, count in mail.sent.items()}
    yield _each(
        "portal_copies_sent_recently",
        "Copies that a mail server took within the last so many seconds.",
        "within_seconds",
        seconds,
    )


def _rest(found: Figures) -> Iterator[Family]:
    ages = {name: found.age(at) for name, at in found.ticks.items()}
    yield _each(
        "portal_sweep_age_seconds", "Time since a sweep last ran to its end.", "sweep", ages
    )
    yield _one("portal_gate_runs_due", "Gate runs that wait for a worker.", found.runs.due)
    yield _one(
        "portal_gate_runs_oldest_due_age_seconds",
        "Age of the oldest gate run that waits for a worker, 0 if none does.",
        found.age(found.runs.oldest),
    )
    yield _one(
        "portal_gate_runs_stuck", "Gate runs that a worker left unfinished.", found.runs.stuck
    )
    yield _one("portal_gate_runs_running", "Gate runs under way.", found.runs.running)
    yield _one("portal_outbox_events", "Events that not every receiver has seen.", found.outbox.due)
    yield _one(
        "portal_outbox_oldest_age_seconds",
        "Age of the oldest event that not every receiver has seen, 0 if all have.",
        found.age(found.outbox.oldest),
    )
    yield _one("portal_outbox_failing_events", "Events whose receivers failed.", found.outbox.stuck)
    yield _one("portal_broker_up", "1 if Redis answers.", found.broker)
    yield _one("portal_held", "1 while the portal is held.", found.hold is not None)


def _one(name: str, meaning: str, value: float) -> Family:
    return Family(name, meaning, [({}, value)])


def _each(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Family:
    return Family(name, meaning, [({label: key}, value) for key, value in values.items()])


def _lines(family: Family) -> Iterable[str]:
    yield f"# HELP {family.name} {family.meaning}"
    yield f"# TYPE {family.name} gauge"
    for labels, value in family.values:
        said = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{family.name}{{{said}}} {float(value)}" if said else f"{family.name} {float(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
