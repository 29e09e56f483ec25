"""Are we ready? One function over facts, one sentence for every page, mail and answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from deployments.blockers import Blocker, Findings

NAMED_IN_SENTENCE = 3


@dataclass(frozen=True)
class Waived:
    """What a page says beside a red gate; one that does not stand waits for a signature."""

    said: str
    stands: bool


@dataclass(frozen=True)
class Readiness:
    """What stands between the deployment and GO; `waived` gates by their key.

    `percent` is the share of required things done, 0 to 100, never 100 while something blocks.
    """

    sentence: str
    blockers: list[Blocker] = field(default_factory=list)
    warnings: list[Blocker] = field(default_factory=list)
    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    percent: int = 0
    waived: Mapping[str, Waived] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return not self.blockers

    @property
    def only_people_are_missing(self) -> bool:
        return bool(self.blockers) and all(blocker.waits_for_people for blocker in self.blockers)


def compose(
    found: Mapping[str, Findings], *, now: datetime, waived: Mapping[str, Waived] | None = None
) -> Readiness:
    """The verdict over every part's findings, in the order in which the parts are given."""
    blockers = [blocker for findings in found.values() for blocker in findings.blockers]
    warnings = [warning for findings in found.values() for warning in findings.warnings]
    parts = {part: (found_.done, found_.total) for part, found_ in found.items() if found_.total}
    return Readiness(
        sentence=_sentence(found, now),
        blockers=blockers,
        warnings=warnings,
        parts=parts,
        percent=_percent(parts, blocked=bool(blockers)),
        waived=waived or {},
    )


def _percent(parts: Mapping[str, tuple[int, int]], *, blocked: bool) -> int:
    done = sum(done for done, _ in parts.values())
    total = sum(total for _, total in parts.values())
    if not total:
        return 0 if blocked else 100
    return min(done * 100 // total, 99 if blocked else 100)


def _sentence(found: Mapping[str, Findings], now: datetime) -> str:
    blockers = [blocker for findings in found.values() for blocker in findings.blockers]
    if not blockers:
        return "Ready for the go/no-go decision: nothing stands in the way."
    is_brief = len(blockers) <= NAMED_IN_SENTENCE
    clauses = joined(
        [clause for findings in found.values() for clause in _clauses(findings, is_brief, now)]
    )
    if all(blocker.waits_for_people for blocker in blockers):
        return f"Technically ready, awaiting sign-off: {clauses}."
    return f"Not ready: {clauses}."


def _clauses(findings: Findings, is_brief: bool, now: datetime) -> list[str]:
    """Every obstacle by name where they are few; else one clause for the whole part."""
    if not is_brief and findings.summary and len(findings.blockers) > 1:
        return [findings.summary]
    return [_clause(blocker, now) for blocker in findings.blockers]


def _clause(blocker: Blocker, now: datetime) -> str:
    if not (blocker.waits_for_people and blocker.since):
        return blocker.clause
    hours = int((now - blocker.since).total_seconds() // 3600)
    return f"{blocker.clause} (asked {hours} h ago)" if hours >= 1 else blocker.clause


def joined(clauses: list[str]) -> str:
    """The first few clauses in words, the rest as a count."""
    named, rest = clauses[:NAMED_IN_SENTENCE], len(clauses) - NAMED_IN_SENTENCE
    if rest > 0:
        return f"{', '.join(named)}, and {rest} more"
    if len(named) < 3:  # two are joined without a comma
        return " and ".join(named)
    return f"{', '.join(named[:-1])}, and {named[-1]}"
