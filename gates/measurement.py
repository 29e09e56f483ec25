"""What a worker brings home: one measurement with everything that explains it later."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

MOST_DETAILS = 100
TEXTS = ("reason", "value", "unit", "threshold", "target", "source_link")


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


def storable(found: Measurement) -> Measurement:
    """Without what an answer may hold and no database keeps: NUL, and halves of characters."""
    told = {name: _plain(getattr(found, name)) for name in TEXTS}
    return replace(found, **told, details=tuple(map(_plain, found.details)))


def _plain(text: str) -> str:
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
