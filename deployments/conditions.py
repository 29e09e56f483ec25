"""The one small language in which gates, targets, alerts, triggers and criteria say a limit.

    metric [pN]  < > <= >= ==  number [unit] [for duration] [within duration of anchor]

Units are `%`, `ms`, `s` and nothing (a count); durations are kept in whole seconds; numbers are
decimals, never floats. Examples: `cache_hit_rate > 85 % within 1 h of complete`,
`api_response_time p95 < 200 ms for 5 min`, `critical_errors == 0`.
"""

import operator as op
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

COMPARISONS: dict[str, tuple[Callable[[Decimal, Decimal], bool], str]] = {
    "<": (op.lt, "less than"),
    ">": (op.gt, "more than"),
    "<=": (op.le, "at most"),
    ">=": (op.ge, "at least"),
    "==": (op.eq, "exactly"),
}
SPELLINGS = {"=": "==", "≤": "<=", "≥": ">="}

# unit → what it measures, and how much of the measure's base one of it is.
UNITS: dict[str, tuple[str, Decimal]] = {
    "%": ("a share", Decimal(1)),
    "ms": ("a time", Decimal("0.001")),
    "s": ("a time", Decimal(1)),
    "": ("a count", Decimal(1)),
}
ANCHORS = ("t0", "start", "complete", "decision", "watch_end")
DEFAULT_ANCHOR = "complete"
LONGEST = 200

SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION_UNITS = {
    "s": r"s|secs?|seconds?",
    "min": r"m|mins?|minutes?",
    "h": r"h|hrs?|hours?",
    "d": r"d|days?",
}
_DURATION = re.compile(
    r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,3})?)\s*(?:"
    + "|".join(f"(?P<{unit}>{words})" for unit, words in _DURATION_UNITS.items())
    + ")",
    re.IGNORECASE,
)
_NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?"
# What is measured has more places than a limit and no exponent: 1e3000000 would fill memory.
_MEASURED = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
MOST_DIGITS = 30
_LENGTH = r"[0-9.]{1,13}\s*[A-Za-z]+"
_METRIC = r"[^\W\d][\w.:-]*"
_CONDITION = re.compile(
    rf"(?P<metric>{_METRIC})(?:\s+p(?P<percentile>[0-9]{{1,2}}(?:\.[0-9]{{1,3}})?))?"
    rf"\s*(?P<operator><=|>=|==|[<>=≤≥])\s*(?P<number>{_NUMBER})\s*(?P<unit>%|ms|s)?"
    rf"(?:\s+for\s+(?P<duration>{_LENGTH}))?"
    rf"(?:\s+within\s+(?P<within>{_LENGTH})(?:\s+of\s+(?P<anchor>\w+))?)?"
)
_SHAPE = "write it like “cache_hit_rate > 85 % for 5 min”"


class ConditionError(ValueError):
    """One sentence that says what is wrong with a condition and what would be right."""


@dataclass(frozen=True)
class Condition:
    """A limit on one metric; `duration` and `within` are seconds, `text` is what it was read from.

    Two conditions are equal when they mean the same, however they were written.
    """

    metric: str
    operator: str
    number: Decimal
    unit: str = ""
    percentile: Decimal | None = None
    duration: int | None = None
    within: int | None = None
    anchor: str | None = None
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        parts = [self.metric]
        if self.percentile is not None:
            parts.append(f"p{plain_number(self.percentile)}")
        parts += [self.operator, amount(self.number, self.unit)]
        if self.duration is not None:
            parts.append(f"for {length(self.duration)}")
        if self.within is not None:
            parts.append(f"within {length(self.within)} of {self.anchor}")
        return " ".join(parts)

    def holds(self, value: Decimal, unit: str | None = None) -> bool:
        """Say whether a measured value meets the limit; without a unit it is in the limit's own."""
        compare, _ = COMPARISONS[self.operator]
        own = self._in_own_unit(value, self.unit if unit is None else unit)
        return compare(own, self.number)

    def oddity(self, value: Decimal, unit: str | None = None) -> str:
        """Why no share and no time can have this value; empty if it can, or the limit is such."""
        measure, _ = UNITS[self.unit if unit is None else unit]
        if value >= 0 or self.number < 0 or measure == UNITS[""][0]:
            return ""
        found = amount(value, self.unit if unit is None else unit)
        return f"{found} is below zero, which {measure} never is; look at what measures it."

    def until(self, moments: Mapping[str, datetime]) -> datetime | None:
        """To when it counts, as far as its anchor has come; None where it counts at any time."""
        anchor = moments.get(self.anchor or "")
        if self.within is None or anchor is None:
            return None
        return anchor + timedelta(seconds=self.within)

    def reaches(self, other: "Condition") -> bool:
        """Whether whatever meets this limit meets the other one, too, by their numbers alone."""
        return (fits(self.unit, other.unit) and other.holds(self.number, self.unit)) or (
            self.number == converted(other.number, other.unit, self.unit)
        )

    def explain(self, value: Decimal, unit: str | None = None) -> str:
        """Say in words how a value stands to the limit: “86 % is more than 85 %”."""
        holds = self.holds(value, unit)
        found = amount(value, self.unit if unit is None else unit)
        _, words = COMPARISONS[self.operator]
        limit = f"{words} {amount(self.number, self.unit)}"
        return f"{found} is {limit}" if holds else f"{found}, needs {limit}"

    def _in_own_unit(self, value: Decimal, unit: str) -> Decimal:
        if not value.is_finite():
            raise ConditionError(f"{self.metric} has no finite value; measure a number.")
        if not -MOST_DIGITS <= value.adjusted() <= MOST_DIGITS:
            raise ConditionError(f"{self.metric} has at most {MOST_DIGITS} digits on either side.")
        if unit not in UNITS:
            raise ConditionError(f"The unit “{unit}” is not known; use %, ms, s or none.")
        (measure, size), (own_measure, own_size) = UNITS[unit], UNITS[self.unit]
        if measure != own_measure:
            raise ConditionError(
                f"{amount(value, unit)} is {measure} and {self.metric} is judged as "
                f"{own_measure}; give the value in {self.unit or 'plain numbers'}."
            )
        return value * size / own_size if size != own_size else value


def parse(text: str) -> Condition:
    """Read a condition; a ConditionError says in one sentence what is wrong with it."""
    if len(text) > LONGEST:
        raise ConditionError(f"A condition has at most {LONGEST} characters, this has {len(text)}.")
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise ConditionError(_what_is_wrong(text.strip()))
    within = found["within"]
    return Condition(
        metric=found["metric"],
        operator=SPELLINGS.get(found["operator"], found["operator"]),
        number=Decimal(found["number"]),
        unit=found["unit"] or "",
        percentile=Decimal(found["percentile"]) if found["percentile"] else None,
        duration=seconds(found["duration"]) if found["duration"] else None,
        within=seconds(within) if within else None,
        anchor=_anchor(found["anchor"]) if within else None,
        text=text,
    )


def saved(text: str) -> Condition | None:
    """What was saved was a condition; should it be none any more, or empty, it limits nothing."""
    try:
        return parse(text) if text else None
    except ConditionError:
        return None


def fits(unit: str, other: str) -> bool:
    """Whether two units measure the same, so that values in them can be compared."""
    return UNITS[unit][0] == UNITS[other][0]


def converted(value: Decimal, unit: str, to: str) -> Decimal:
    """The value in another unit that fits."""
    return value if unit == to else value * UNITS[unit][1] / UNITS[to][1]


def measured(text: str) -> Decimal | None:
    """The value that a text says: a plain decimal of at most 30 digits; None for all else."""
    found = _MEASURED.fullmatch(text.strip())
    if found is None or sum(map(str.isdigit, found[0])) > MOST_DIGITS:
        return None
    return Decimal(found[0])


def written_out(number: float) -> str:
    """A finite float as a plain decimal: 1e-07 becomes 0.0000001."""
    return format(Decimal(repr(number)), "f")


def seconds(text: str) -> int:
    """Read a duration such as “5 min”, “1 hour” or “90s” as whole seconds."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ConditionError(f"“{text.strip()}” is no duration; write it like 90 s, 5 min or 1 h.")
    unit = next(unit for unit in SECONDS if found[unit])
    total = Decimal(found["number"]) * SECONDS[unit]
    if total != int(total):
        raise ConditionError(f"“{text.strip()}” is no whole number of seconds; round it.")
    return int(total)


def length(total: int) -> str:
    """Write seconds in the largest unit that leaves no rest, at most hours."""
    for unit in ("h", "min"):
        if total and total % SECONDS[unit] == 0:
            return f"{total // SECONDS[unit]} {unit}"
    return f"{total} s"


def amount(number: Decimal, unit: str) -> str:
    return f"{plain_number(number)} {unit}".rstrip()


def plain_number(number: Decimal) -> str:
    """Write a decimal without exponent and without idle zeros."""
    written = format(number, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written


def _anchor(word: str | None) -> str:
    anchor = (word or DEFAULT_ANCHOR).lower()
    if anchor not in ANCHORS:
        raise ConditionError(f"“{word}” is no anchor; use one of {', '.join(ANCHORS)}.")
    return anchor


def _what_is_wrong(text: str) -> str:
    if not text:
        return f"The condition is empty; {_SHAPE}."
    comparison = re.search(r"<=|>=|==|[<>=≤≥]", text)
    if comparison is None:
        return f"“{text}” has no comparison (< > <= >= ==); {_SHAPE}."
    metric, rest = text[: comparison.start()].strip(), text[comparison.end() :].strip()
    if not re.fullmatch(rf"{_METRIC}(?:\s+p[0-9.]+)?", metric):
        return f"“{metric}” is no metric key (letters, digits and _ without blanks); {_SHAPE}."
    if not re.match(_NUMBER, rest):
        return f"“{rest}” does not start with a number; {_SHAPE}."
    return f"“{rest}” is not a number with %, ms, s or no unit, then a duration; {_SHAPE}."
