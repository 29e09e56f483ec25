"""What a probe brings home: one measurement with everything that explains it later."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """`outcome` is good, warn, bad, no_data or error; `reason` is one sentence for people."""

    outcome: str
    reason: str
    value: str = ""
    unit: str = ""
    threshold: str = ""
    target: str = ""
    duration_ms: int = 0
    probe_version: str = ""
