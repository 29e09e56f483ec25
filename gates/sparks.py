"""The newest samples of a gate as a row of bars: a picture of its mood, and the same in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from deployments.conditions import measured

MOST_BARS = 20
WIDTH, HEIGHT, LEAST = 4, 20, 3
WORDS = {
    "good": "good",
    "warn": "with warning",
    "bad": "bad",
    "no_data": "without data",
    "error": "not measured",
}


@dataclass(frozen=True)
class Bar:
    """Lengths are in units of the picture, `HEIGHT` units tall."""

    x: int
    y: int
    height: int
    outcome: str


@dataclass(frozen=True)
class Spark:
    bars: tuple[Bar, ...]
    width: int
    said: str


def spark(newest_first: Sequence[Mapping[str, Any]]) -> Spark | None:
    """None for a single sample, which the words beside it tell already."""
    samples = list(reversed(newest_first[:MOST_BARS]))
    if len(samples) < 2:
        return None
    values = [measured(str(sample["value"])) for sample in samples]
    most = max((abs(value) for value in values if value is not None), default=Decimal(0))
    bars = tuple(
        _bar(place, value, most, str(sample["outcome"]))
        for place, (sample, value) in enumerate(zip(samples, values, strict=True))
    )
    return Spark(bars, len(bars) * WIDTH, _said(samples))


def _bar(place: int, value: Decimal | None, most: Decimal, outcome: str) -> Bar:
    share = abs(value) / most if value is not None and most else Decimal(1)
    height = max(LEAST, round(share * HEIGHT))
    return Bar(place * WIDTH, HEIGHT - height, height, outcome)


def _said(samples: Sequence[Mapping[str, Any]]) -> str:
    counted = Counter(str(sample["outcome"]) for sample in samples)
    parts = [f"{counted[outcome]} {words}" for outcome, words in WORDS.items() if counted[outcome]]
    return f"Last {len(samples)} samples: {', '.join(parts)}"
