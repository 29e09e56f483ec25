"""When the go/no-go poll opens and closes, and what its answers come to. No Django in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.enums import GRAVITY, Verdict

OPENS_BEFORE_T0 = timedelta(hours=2)
CLOSES_BEFORE_T0 = timedelta(minutes=30)
LEAST_OPEN = timedelta(minutes=15)
# A decision has this long after a poll that closes late, past T0 if need be.
DECIDED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Said:
    """The latest word of one person for a role; `by_voice` was written down by somebody else."""

    person: str
    word: Verdict
    remark: str
    at: datetime
    by_voice: bool = False
    written_by: str = ""


@dataclass(frozen=True)
class Call:
    """One polled role in one round: everybody's latest word, oldest first."""

    key: str
    title: str
    purpose: str
    said: tuple[Said, ...] = ()

    @property
    def word(self) -> Verdict | None:
        """The worst of what was said; None is silence, which counts as hold."""
        return worst(one.word for one in self.said)

    @property
    def counts_as(self) -> Verdict:
        return self.word or Verdict.HOLD

    @property
    def status(self) -> str:
        return str(self.word) if self.word else "silent"

    @property
    def label(self) -> str:
        return str(self.word.label) if self.word else "Silent"


def opening(t0: datetime) -> datetime:
    """From when on a review has a poll; one that begins later opens its own at once."""
    return t0 - OPENS_BEFORE_T0


def closing(t0: datetime, opened_at: datetime) -> datetime:
    return max(t0 - CLOSES_BEFORE_T0, opened_at + LEAST_OPEN)


def decision_due(t0: datetime, closes_at: datetime | None) -> datetime:
    """By when somebody has to have decided; then it is a hold by itself."""
    return max(t0, closes_at + DECIDED_AFTER) if closes_at else t0


def worst(words: Iterable[Verdict]) -> Verdict | None:
    return max(words, key=GRAVITY.__getitem__, default=None)


def missing_go(calls: Iterable[Call]) -> list[str]:
    """What keeps GO away, a clause for each role: a word against it, or silence."""
    return [_clause(call) for call in calls if call.word != Verdict.GO]


def _clause(call: Call) -> str:
    if call.word is None:
        return f"{call.title} has not answered"
    return f"{call.title} says {call.word.label.lower()}"
