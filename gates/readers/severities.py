"""Findings counted by severity, and held against how many of each a gate allows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import Field

from gates.declared import Fetched, Number
from gates.measurement import MOST_DETAILS, Measurement

# Worst first; what a tool calls by no known name counts as unknown and is never left out.
ORDER = ("critical", "high", "medium", "low", "negligible", "unknown")
OTHER_NAMES = {
    "moderate": "medium",
    "important": "high",
    "info": "low",
    "informational": "low",
    "none": "negligible",
}
MOST_LINES = 20 * MOST_DETAILS


class SeveritySettings(Fetched):
    """How many findings of each severity are allowed; of some any number, where it is empty."""

    max_critical: int = Field(default=0, title="Critical findings allowed", ge=0, le=1_000_000)
    max_high: int = Field(default=0, title="High findings allowed", ge=0, le=1_000_000)
    max_medium: int | None = Field(
        default=None, title="Medium findings allowed", ge=0, le=1_000_000, description="Empty: any."
    )
    max_unknown: int = Field(
        default=0,
        title="Findings of unknown severity allowed",
        ge=0,
        le=1_000_000,
        description="Nobody has judged them yet.",
    )
    ignore_unfixed: bool = Field(
        default=False, title="Leave out what has no fix yet", description="It is counted apart."
    )

    @property
    def allowed(self) -> dict[str, int]:
        said = {
            "critical": self.max_critical,
            "high": self.max_high,
            "medium": self.max_medium,
            "unknown": self.max_unknown,
        }
        return {severity: most for severity, most in said.items() if most is not None}

    @property
    def threshold(self) -> str:
        parts = [f"{most} {severity}" for severity, most in self.allowed.items()]
        return f"at most {', '.join(parts)}"


NUMBERS: Mapping[str, Number] = {
    **{severity: Number("", f"{severity} findings") for severity in ORDER},
    "findings": Number("", "all findings that count"),
    "suppressed": Number("", "findings that somebody suppressed, not counted"),
    "unfixed": Number("", "findings left out because there is no fix, not counted"),
}


def severity_of(said: object) -> str:
    word = said.strip().lower() if isinstance(said, str) else ""
    word = OTHER_NAMES.get(word, word)
    return word if word in ORDER else "unknown"


@dataclass
class Findings:
    """What was found so far; lines of the worst are kept, and of others as far as there is room."""

    counted: Counter[str] = field(default_factory=Counter)
    suppressed: int = 0
    unfixed: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, severity: str, line: str) -> None:
        self.counted[severity] += 1
        self.lines.append((ORDER.index(severity), f"{severity}: {line}"))
        if len(self.lines) > MOST_LINES:
            self.lines = sorted(self.lines)[:MOST_DETAILS]

    @property
    def details(self) -> tuple[str, ...]:
        worst = [line for _, line in sorted(self.lines)]
        return (*self.notes, *worst)[:MOST_DETAILS]

    @property
    def counts(self) -> dict[str, Decimal | int]:
        return {
            **{severity: self.counted[severity] for severity in ORDER},
            "findings": self.counted.total(),
            "suppressed": self.suppressed,
            "unfixed": self.unfixed,
        }

    def judged(self, wanted: SeveritySettings) -> Measurement:
        over = [
            f"{self.counted[severity]} {severity}, needs at most {most}"
            for severity, most in wanted.allowed.items()
            if self.counted[severity] > most
        ]
        return Measurement(
            "bad" if over else "good",
            "; ".join(over) or self._said(),
            value=str(self.counted.total()),
            threshold=wanted.threshold,
            counts=self.counts,
            details=self.details,
        )

    def _said(self) -> str:
        parts = [f"{self.counted[one]} {one}" for one in ORDER if self.counted[one]]
        said = ", ".join(parts) if parts else "no findings"
        left = f"; {self.suppressed} suppressed" if self.suppressed else ""
        return f"{said}{left}{f'; {self.unfixed} without a fix left out' if self.unfixed else ''}"
