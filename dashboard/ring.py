"""The ring of a deployment: a segment for each part of readiness, filled as far as it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AROUND = 120.0  # the whole way round, in the units of the drawing
GAP = 4.0


@dataclass(frozen=True)
class Segment:
    """Where a part begins on the ring, how long it is, and how much of that is filled."""

    part: str
    start: float
    length: float
    filled: float


def ring_of(parts: Mapping[str, tuple[int, int]]) -> list[Segment]:
    """One segment per part, all of the same length; parts are `(done, total)`, `total` above 0."""
    each = AROUND / len(parts) if parts else AROUND
    length = each - GAP if len(parts) > 1 else each
    return [
        Segment(part, round(at * each, 2), round(length, 2), round(length * done / total, 2))
        for at, (part, (done, total)) in enumerate(parts.items())
    ]
