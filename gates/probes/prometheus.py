"""Asks Prometheus for the value of a query at this instant.

Source: the instant queries of Prometheus' HTTP API, version 1. A query without a series, and a
value that is no number, are no data; several series need a stated aggregate, so that nobody has
to guess which of them was judged. An answer that comes with warnings may lack series (a store that
did not answer), so that what it lets pass is a warning too.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field

from connections.client import GuardedClient
from gates.declared import Addressed, Circumstances, Probed, whole_address
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable, json_of
from gates.schedules import METRIC

MOST_SERIES = 64
LONGEST_DIGITS = 30
AGGREGATES: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "min": min,
    "max": max,
    "sum": lambda values: sum(values, Decimal(0)),
    "avg": lambda values: sum(values, Decimal(0)) / len(values),
}


class PrometheusSettings(Addressed):
    called = "A Prometheus gate"

    query: str = Field(
        title="Query",
        min_length=1,
        max_length=1500,
        description="PromQL that leads to one number, such as"
        " sum(rate(http_errors_total[5m])) / sum(rate(http_requests_total[5m])) * 100.",
    )
    unit: Literal["", "%", "ms", "s"] = Field(
        default="", title="Unit of the value", description="As the condition is to understand it."
    )
    aggregate: Literal["", "min", "max", "sum", "avg"] = Field(
        default="",
        title="Several series become one by",
        description="Empty: a query with several series cannot be judged.",
    )
    seconds: int = Field(default=10, title="Time limit, s", ge=1, le=20)

    def target(self, around: Circumstances) -> str:
        base = whole_address(self.url, around.permit).rstrip("/")
        return f"{base}/api/v1/query?query={quote(self.query, safe='')}"


def probe(wanted: PrometheusSettings, around: Circumstances) -> Measurement:
    target = wanted.target(around)
    with GuardedClient(permit=around.permit, seconds=wanted.seconds) as client:
        answer = client.get(target)
    document = json_of(answer.body)
    if not isinstance(document, dict):
        raise Unreadable("The answer is JSON, but not Prometheus'.")
    if document.get("status") != "success":
        said = document.get("error") or f"status {answer.status}"
        raise Unreadable(f"Prometheus says: {str(said)[:200]}.")
    if answer.status != 200:
        raise Unreadable(f"Prometheus answered {answer.status}, needs 200.")
    warned = [str(one) for one in _list(document.get("warnings"))]
    outcome, reason, value = _judged(_series(document.get("data")), wanted)
    if warned and outcome == "good":
        outcome, reason = "warn", f"Prometheus warns: {warned[0][:200]}"
    return Measurement(
        outcome,
        reason,
        value=value,
        unit=wanted.unit,
        threshold=wanted.threshold,
        details=tuple(f"warning: {one}" for one in warned[:MOST_DETAILS]),
    )


def _series(data: Any) -> list[str]:
    """The values as Prometheus writes them; raises `Unreadable` for what is no instant result."""
    kind = data.get("resultType") if isinstance(data, dict) else None
    result = data.get("result") if isinstance(data, dict) else None
    try:
        if kind == "scalar":
            return [_text(result)]
        if kind == "vector" and isinstance(result, list):
            return [_text(one["value"]) for one in result]
    except (KeyError, TypeError, IndexError) as error:
        raise Unreadable("The answer is not as Prometheus writes results.") from error
    raise Unreadable(f"The query leads to a {kind or 'result'}, not to a number now.")


def _text(pair: Any) -> str:
    value = pair[1]
    if not isinstance(value, str):
        raise TypeError
    return value


def _judged(series: list[str], wanted: PrometheusSettings) -> tuple[str, str, str]:
    """Outcome, reason and value; the condition judges the value afterwards."""
    if not series:
        return "no_data", "the query leads to no series", ""
    if len(series) > 1 and not wanted.aggregate:
        raise Unreadable(
            f"The query leads to {len(series)} series; write one that leads to one, or choose an"
            " aggregate."
        )
    if len(series) > MOST_SERIES:
        raise Unreadable(
            f"The query leads to {len(series)} series; at most {MOST_SERIES} are read."
        )
    numbers = [_number(value) for value in series]
    known = [number for number in numbers if number is not None]
    if len(known) < len(series):
        odd = next(text for text, number in zip(series, numbers, strict=True) if number is None)
        return "no_data", f"the value is {odd[:40]}, which is no number", ""
    value = known[0] if len(known) == 1 else AGGREGATES[wanted.aggregate](known)
    return "good", "", _plain(value)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > LONGEST_DIGITS):
        return None
    return number


def _plain(number: Decimal) -> str:
    """With at most 12 places and without an exponent, as a condition reads it."""
    exponent = number.as_tuple().exponent
    is_long = isinstance(exponent, int) and exponent < -12
    return format(number.quantize(Decimal("1e-12")) if is_long else number, "f")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


KIND = Probed(
    kind=Kind.PROMETHEUS,
    asks="Is this metric within its limit now?",
    settings=PrometheusSettings,
    schedule=METRIC,
    version="prometheus/2",
    needs_condition=True,
    red=(
        "the condition does not hold",
        "a warning: the answer came with warnings, so that series may be missing",
        "no data: no series, NaN or an infinite value",
        "could not be measured: an error of Prometheus, several series without an aggregate, more"
        " than 64 series, no answer in time, blocked address",
    ),
    probe=probe,
)
