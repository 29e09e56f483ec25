"""What a worker brings home: one measurement with everything that explains it later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

MOST_DETAILS = 100


@dataclass(frozen=True)
class Measurement:
    """`outcome` is good, warn, bad, no_data or error; `reason` is one sentence for people.

    `value` with its `unit` is the kind's main number. `counts` are all numbers by name, as a
    condition may ask for them. `details` are lines that help to mend, the worst first.
    """

    outcome: str
    reason: str
    value: str = ""
    unit: str = ""
    threshold: str = ""
    target: str = ""
    source_link: str = ""
    counts: Mapping[str, Decimal | int] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    duration_ms: int = 0
    probe_version: str = ""


def unmeasured(reason: str, *, target: str = "") -> Measurement:
    """It could not be measured, which is neither good nor bad."""
    return Measurement("error", reason, target=target)
