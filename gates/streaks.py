"""Judges a run by its samples: one pure function, asked again after every sample."""

from collections.abc import Sequence
from dataclasses import dataclass

COUNTS_AS_GOOD = frozenset({"good", "warn"})


@dataclass(frozen=True)
class Observation:
    """One sample as the judge sees it; `outcome` is one of good, warn, bad, no_data, error."""

    outcome: str
    reason: str = ""


@dataclass(frozen=True)
class Limits:
    """How many samples decide; one more than a `max_…` is over the limit.

    `on_no_data` says what a sample without data is: waited out, bad, or the end of the run.
    """

    need_good: int = 1
    max_bad: int = 0
    max_bad_streak: int = 0
    max_error_streak: int = 5
    on_no_data: str = "wait"


@dataclass(frozen=True)
class Judgment:
    """`state` is sampling while the run goes on, else a `GateState` in which a run may end."""

    state: str
    reason: str

    @property
    def ends(self) -> bool:
        return self.state != "sampling"


@dataclass
class _Tally:
    good_streak: int = 0
    bad: int = 0
    bad_streak: int = 0
    error_streak: int = 0

    def add(self, outcome: str) -> None:
        """A bad sample sets the good streak to 0; error and no_data neither add nor reset it."""
        if outcome == "error":
            self.error_streak += 1
        elif outcome == "bad":
            self.bad += 1
            self.bad_streak += 1
            self.good_streak = self.error_streak = 0
        elif outcome in COUNTS_AS_GOOD:
            self.good_streak += 1
            self.bad_streak = self.error_streak = 0


def judge(samples: Sequence[Observation], limits: Limits, *, is_expired: bool = False) -> Judgment:
    """The standing after these samples, oldest first; the first sample that decides, decides.

    Order: too many errors in a row, too many bad in all or in a row, enough good in a row,
    time over. An error is never bad and never good, and nothing passes by absence of samples.
    """
    tally = _Tally()
    for sample in (_taken(one, limits) for one in samples):
        tally.add(sample.outcome)
        if verdict := _verdict(tally, sample, limits):
            return verdict
    if is_expired:
        return Judgment("inconclusive", _unfinished(tally, samples, limits))
    return Judgment("sampling", _progress(tally, limits))


def judge_report(sample: Observation) -> Judgment:
    """The standing after a report: it is read once, so what cannot be read ends the run too."""
    ends = {"good": "passed", "warn": "warned", "bad": "failed", "no_data": "inconclusive"}
    return Judgment(ends.get(sample.outcome, "errored"), sample.reason or "It was reported so.")


def judge_look(
    since_green: Sequence[Observation], limits: Limits, *, is_expired: bool = False
) -> Judgment:
    """The standing of a gate that passed and is looked after, by its samples since, oldest first.

    One bad sample warns, `max_bad_streak` of them in a row fail. What could not be measured is
    asked again until too many errors in a row, or the look's time, end it.
    """
    tally = _Tally()
    taken = [_taken(one, limits) for one in since_green]
    for sample in taken:
        tally.add(sample.outcome)
    last = taken[-1] if taken else None
    if last is not None and tally.error_streak > limits.max_error_streak:
        return Judgment("errored", last.reason or "It could not be measured.")
    if last is not None and last.outcome == "bad":
        is_over = tally.bad_streak >= max(1, limits.max_bad_streak)
        return Judgment("failed" if is_over else "warned", last.reason or "It was bad once.")
    if last is not None and last.outcome in COUNTS_AS_GOOD:
        return Judgment("warned" if last.outcome == "warn" else "passed", last.reason)
    gives_up = last is not None and last.outcome == "no_data" and limits.on_no_data == "end"
    if is_expired or gives_up:
        return Judgment("inconclusive", _unfinished(tally, since_green, limits))
    return Judgment("sampling", _progress(tally, limits))


def _taken(sample: Observation, limits: Limits) -> Observation:
    is_bad = sample.outcome == "no_data" and limits.on_no_data == "bad"
    return Observation("bad", sample.reason or "There was no data.") if is_bad else sample


def _verdict(tally: _Tally, last: Observation, limits: Limits) -> Judgment | None:
    if tally.error_streak > limits.max_error_streak:
        return Judgment("errored", last.reason or "It could not be measured.")
    if tally.bad > limits.max_bad or tally.bad_streak > limits.max_bad_streak:
        return Judgment("failed", last.reason or "It was reported as bad.")
    if last.outcome == "no_data" and limits.on_no_data == "end":
        return Judgment("inconclusive", last.reason or "There was no data.")
    if last.outcome in COUNTS_AS_GOOD and tally.good_streak >= limits.need_good:
        return Judgment("warned" if last.outcome == "warn" else "passed", last.reason)
    return None


def _progress(tally: _Tally, limits: Limits) -> str:
    return f"{tally.good_streak} of {limits.need_good} good in a row"


def _unfinished(tally: _Tally, samples: Sequence[Observation], limits: Limits) -> str:
    if not samples:
        return "Time ran out before anything was measured."
    said = samples[-1].reason
    return f"Time ran out at {_progress(tally, limits)}{f'; last: {said}' if said else '.'}"
