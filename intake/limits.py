"""From the English of a document to the condition language, where that is possible.

“Cache hit rate drops below 70%” becomes `cache_hit_rate < 70 %`. What does not fit the language
(two limits, a foreign unit, no number) gets no expression and keeps its text: nothing is guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from deployments.conditions import ConditionError, parse, plain_number
from intake.blocks import plain, slug

LONGEST = 400
MOST_WORDS = 8

_SIGNS = (
    ("<=", r"<=|≤|\bat most\b|\bno more than\b|\bup to\b|\bnot? (?:to )?exceed(?:s|ing)?\b"),
    (">=", r">=|≥|\bat least\b|\bno less than\b"),
    ("==", r"==|(?<![-=<>!])=(?![=>])|\b(?:equals?|exactly)\b"),
    ("<", r"(?<![-=<>])<(?![-=<])|\b(?:below|under|(?:less|lower|fewer) than)\b"),
    (">", r"(?<![-=<>])>(?![=>])|\bexceed(?:s|ed|ing)?\b|\b(?:above|over|(?:more|greater) than)\b"),
)
_NUMBER = r"\s*(?P<number>-?[0-9][0-9.,]{0,20})\s*(?P<unit>%|[^\W\d_]+(?:/\w+)?)?"
_LIMIT = re.compile(
    "(?:" + "|".join(f"(?P<s{n}>{words})" for n, (_, words) in enumerate(_SIGNS)) + ")" + _NUMBER
)
_ZERO = re.compile(r"(?:^|\()\s*zero\s+(?P<what>[\w -]{2,60}?)\s*(?:\)|$|\b(?:in|on|during)\b)")
_PERCENTILE = re.compile(
    r"\(?\s*\b(?:p(?=[0-9]))?([0-9]{2}(?:\.[0-9])?)(?:th[ -]percentile)?\b\s*\)?"
)
_TIME = r"([0-9.]{1,8}\s*(?:s|sec|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?))\b"
_WITHIN = re.compile(r"\bwithin\s+(?:the first\s+)?" + _TIME)
_FOR = re.compile(r"(?:\bfor|(?<=[0-9%] )over)\s+(?:more than\s+|at least\s+)?" + _TIME)
_SEVERAL = re.compile(r"\b(?:or|and)\b.*[<>≤≥]|\bbetween\b")
_SIDE = r"(?P<{side}>-?[0-9][0-9.,]{{0,20}})\s*(?P<{unit}>%|[a-z]{{1,12}})?"
_LOW, _HIGH = _SIDE.format(side="low", unit="unit1"), _SIDE.format(side="high", unit="unit")
_BETWEEN = re.compile(
    rf"(?P<name>[^<>=≤≥]{{2,80}}?)\s+(?:\bis\s+)?(?:between|from|"
    rf"within)\s+{_LOW}\s*(?:and|to|-|–)\s*{_HIGH}\W*"
)
_CHAIN = re.compile(rf"{_LOW}\s*(?:<=?|≤)\s*(?P<name>[^<>=≤≥]{{2,80}}?)\s*(?:<=?|≤)\s*{_HIGH}\W*")
_LEADING_VALUE = re.compile(r"^\W*[0-9][0-9.,]*\s*%?\s+")
_END_OF_NAME = re.compile(r"[,;:.()—]|\b(?:of|in|on|per|during|at|to|from|with|by)\b")
_KEY = re.compile(r"[-`*\s]*([a-z][a-z0-9]*(?:_[a-z0-9]+)+)[`*]*\s*(?::|[<>=]=?|≤|≥)")

_UNITS = {
    "%": ("%", 1), "percent": ("%", 1), "pct": ("%", 1),
    "ms": ("ms", 1), "msec": ("ms", 1), "millisecond": ("ms", 1), "milliseconds": ("ms", 1),
    "s": ("s", 1), "sec": ("s", 1), "secs": ("s", 1), "second": ("s", 1), "seconds": ("s", 1),
    "m": ("s", 60), "min": ("s", 60), "mins": ("s", 60), "minute": ("s", 60), "minutes": ("s", 60),
    "h": ("s", 3600), "hour": ("s", 3600), "hours": ("s", 3600),
}  # fmt: skip
_FOREIGN = frozenset(
    [
        "k", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "bytes", "bits", "mbps", "gbps", "rps",
        "rpm", "qps", "tps", "ops", "req", "hz", "mhz", "ghz", "cores", "d", "day", "days", "x",
        "usd", "eur",
    ]
)  # fmt: skip
_FILLERS = frozenset(
    [
        "a", "an", "the", "is", "are", "be", "must", "should", "shall", "stay", "stays", "remain",
        "remains", "maintain", "maintains", "maintained", "keep", "keeps", "drop", "drops",
        "fall", "falls", "dip", "dips", "go", "goes", "rise", "rises", "climb", "climbs",
        "increases", "decreases", "target", "targets", "value", "to", "if", "when", "any",
        "incident", "incidents", "reports", "tickets", "occurrences",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understood:
    """What could be read of a limit: the metric's key and the canonical condition."""

    metric: str | None = None
    expression: str | None = None
    bounds: tuple[str, ...] = ()

    @property
    def parsed(self) -> bool:
        return self.expression is not None or bool(self.bounds)


def understand(
    text: str, *, metric: str | None = None, keys: frozenset[str] = frozenset()
) -> Understood:
    """Read one limit; `metric` is its key if the document names it, `keys` those it writes out."""
    words = plain(text).lower()
    if len(words) <= LONGEST and (two := _two_sided(words, metric, keys)):
        return two
    if len(words) > LONGEST or _SEVERAL.search(words):
        return Understood(metric)
    zero = _ZERO.search(words)
    if zero:
        return _spoken(metric or _known(slug(zero["what"]), keys), "== 0")
    return _compared(words, metric, keys)


def _two_sided(words: str, metric: str | None, keys: frozenset[str]) -> Understood | None:
    """“Latency between 100 and 200 ms” and “70% < cpu < 90%” are two limits on one metric."""
    found = _BETWEEN.fullmatch(words) or _CHAIN.fullmatch(words)
    if found is None:
        return None
    unit = found["unit"] or found["unit1"] or ""
    low, high = _value(found["low"], unit), _value(found["high"], unit)
    name = metric or _known(_name(found["name"], ""), keys)
    if low is None or high is None or not name:
        return None
    both = (_spoken(name, f">= {low}"), _spoken(name, f"<= {high}"))
    bounds = tuple(one.expression for one in both if one.expression)
    return Understood(name, bounds=bounds) if len(bounds) == 2 else None


def metric_keys(texts: Iterable[str]) -> frozenset[str]:
    """The metrics that a document itself writes as keys, such as `cache_hit_rate: …`."""
    found = (_KEY.match(text[:LONGEST]) for text in texts)
    return frozenset(key[1] for key in found if key)


def _compared(words: str, metric: str | None, keys: frozenset[str]) -> Understood:
    words, percentile = _take_percentile(words)
    words, within = _take(_WITHIN, words)
    words, duration = _take(_FOR, words)
    limits = list(_LIMIT.finditer(words))
    if len(limits) != 1:
        return Understood(metric)
    limit = limits[0]
    value = _value(limit["number"], limit["unit"] or "")
    if value is None:
        return Understood(metric)
    name = metric or _known(_name(words[: limit.start()], words[_end_of_value(limit) :]), keys)
    sign = next(mark for n, (mark, _) in enumerate(_SIGNS) if limit[f"s{n}"] is not None)
    said = f"{sign} {value}"
    if percentile:
        said = f"p{percentile} {said}"
    if duration:
        said += f" for {duration}"
    if within:
        said += f" within {within} of complete"
    return _spoken(name, said)


def _spoken(metric: str | None, rest: str) -> Understood:
    if not metric:
        return Understood()
    try:
        return Understood(metric, str(parse(f"{metric} {rest}")))
    except ConditionError:
        return Understood(metric)


def _take(pattern: re.Pattern[str], words: str) -> tuple[str, str | None]:
    found = pattern.search(words)
    if found is None:
        return words, None
    return words[: found.start()] + words[found.end() :], found[1]


def _take_percentile(words: str) -> tuple[str, str | None]:
    """“p95” or “(95th percentile)”; a bare number is none."""
    for found in _PERCENTILE.finditer(words):
        if "p" in found[0]:
            return words[: found.start()] + " " + words[found.end() :], found[1]
    return words, None


def _value(number: str, unit: str) -> str | None:
    """The number and its unit in the language; None for a unit that it does not have."""
    number = number.rstrip(".,")
    thousands = re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", number)
    number = number.replace(",", "") if thousands else number.replace(",", ".", 1)
    if unit in _FOREIGN or "/" in unit or not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", number):
        return None
    own, factor = _UNITS.get(unit, ("", 1))
    return f"{plain_number(Decimal(number) * factor)} {own}"


def _end_of_value(limit: re.Match[str]) -> int:
    """Where the value ends; a word that is no unit (“<5 incidents”) belongs to the name."""
    is_noun = limit["unit"] and limit["unit"] not in _UNITS
    return limit.start("unit") if is_noun else limit.end()


def _name(before: str, after: str) -> str | None:
    """Make a key of the words around a limit, without those that only lead to it."""
    before = before.partition(":")[0] if ":" in before else _LEADING_VALUE.sub("", before)
    after = _END_OF_NAME.split(after, maxsplit=1)[0] if after.strip() else ""
    words = [word for word in re.findall(r"\w+", f"{before} {after}") if word not in _FILLERS]
    if not words or len(words) > MOST_WORDS:
        return None
    key = slug(" ".join(words))
    if re.match(r"[1-5]xx(?:_|$)", key):
        key = f"http_{key}"
    return key if key and not key[0].isdigit() else None


def _known(key: str | None, keys: frozenset[str]) -> str | None:
    """Prefer the key as the document writes it where the words differ in a plural only."""
    if not key:
        return None
    return next((same for same in (key, key.removesuffix("s"), f"{key}s") if same in keys), key)
