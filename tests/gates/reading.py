"""Reading a report as a gate would, and documents to be read."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def read(kind: str, body: str | bytes, condition: str = "", **settings: Any) -> Measurement:
    raw = body.encode() if isinstance(body, str) else body
    return measure(kind, settings, condition, Circumstances(NOW), BytesIO(raw))


def outcomes_when_cut(kind: str, whole: str, *, step: int = 1) -> set[str]:
    """What comes of the report cut at every place but its end."""
    body = whole.rstrip().encode()
    return {read(kind, body[:cut]).outcome for cut in range(0, len(body), step)}
