"""Asks an address for JSON and judges the value that a path leads to."""

from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from connections.client import GuardedClient
from deployments.conditions import MOST_DIGITS, written_out
from gates.declared import Addressed, Circumstances, Probed
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes.documents import Unreadable, compiled, found_at, json_of, worded
from gates.schedules import METRIC


class JsonSettings(Addressed):
    called = "A JSON gate"

    path: str = Field(
        title="Path",
        min_length=1,
        max_length=200,
        description="JMESPath to the value, such as data.error_rate or length(pending).",
    )
    equals: str = Field(
        default="",
        title="Value it must have",
        max_length=200,
        description="Text as it is written, or true, false or a number. Empty: the condition"
        " judges the number.",
    )
    unit: Literal["", "%", "ms", "s"] = Field(default="", title="Unit of the value")
    status: int = Field(default=200, title="Expected status", ge=100, le=599)
    seconds: int = Field(default=10, title="Time limit, s", ge=1, le=20)

    @field_validator("path")
    @classmethod
    def is_path(cls, path: str) -> str:
        return compiled(path)

    @model_validator(mode="after")
    def has_no_unit_for_text(self) -> Self:
        if self.equals and self.unit:
            raise ValueError("A value that must be equal has no unit; leave one of them out.")
        return self

    @property
    def threshold(self) -> str:
        return f"{self.path} = “{self.equals}”" if self.equals else ""


def probe(wanted: JsonSettings, around: Circumstances) -> Measurement:
    target = wanted.target(around)
    with GuardedClient(permit=around.permit, seconds=wanted.seconds) as client:
        answer = client.get(target)
    if answer.status != wanted.status:
        reason = f"answered {answer.status}, needs {wanted.status}"
        return Measurement("error", reason, threshold=wanted.threshold)
    value = found_at(wanted.path, json_of(answer.body))
    if value is None:
        reason = f"{wanted.path} leads to nothing"
        return Measurement("no_data", reason, threshold=wanted.threshold)
    return _equal(value, wanted) if wanted.equals else _number(value, wanted)


def _equal(value: Any, wanted: JsonSettings) -> Measurement:
    said = worded(value)[:200]
    holds = said == wanted.equals
    reason = f"{wanted.path} is “{said}”" + ("" if holds else f", needs “{wanted.equals}”")
    return Measurement("good" if holds else "bad", reason, said[:100], "", wanted.threshold)


def _number(value: Any, wanted: JsonSettings) -> Measurement:
    """A number, or text that is one; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise Unreadable(f"{wanted.path} leads to {worded(value)[:60]}, which is no number.")
    try:
        number = Decimal(written_out(value) if isinstance(value, float) else str(value).strip())
    except InvalidOperation as error:
        raise Unreadable(f"{wanted.path} leads to “{value}”, which is no number.") from error
    if not number.is_finite() or (number and abs(number.adjusted()) > MOST_DIGITS):
        raise Unreadable(f"{wanted.path} leads to “{value}”, which is no usable number.")
    return Measurement("good", "", format(number, "f"), wanted.unit, wanted.threshold)


KIND = Probed(
    kind=Kind.JSON,
    asks="Is the value at this path what it must be?",
    settings=JsonSettings,
    schedule=METRIC,
    version="json/1",
    needs_condition=True,
    red=(
        "the condition does not hold, or the value is another than it must be",
        "no data: the path leads to nothing",
        "could not be measured: another status, no JSON, no number, no answer in time, blocked"
        " address, more than 1 MiB",
    ),
    probe=probe,
)
