"""A result that somebody reports: read against the gate's condition, pure of rows and people."""

import re
from dataclasses import dataclass

from deployments.conditions import MOST_DIGITS, ConditionError, measured, parse
from deployments.exceptions import Invalid, require
from gates.enums import Outcome
from gates.links import refusal_of_link

WORST_FIRST = (Outcome.BAD, Outcome.WARN, Outcome.GOOD)
NO_VALUE = re.compile(r"[+-]?(?:s?nan|inf(?:inity)?)", re.IGNORECASE)


@dataclass(frozen=True)
class Result:
    """What a machine or a person says was measured; either part may be missing."""

    outcome: str = ""
    value: str = ""
    unit: str = ""
    source_link: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Reading:
    """What the report comes to, with the limit that it was held against."""

    outcome: str
    reason: str
    threshold: str


def read(report: Result, condition: str) -> Reading:
    """Judge by the condition where there is one; a reporter may be stricter, never milder.

    Raises `Invalid` with a sentence when the report leaves the question open.
    """
    require(refusal_of_link(report.source_link))
    said = report.outcome
    if said and said not in WORST_FIRST:
        raise Invalid(f"“{said}” is no outcome; report good, warn or bad.")
    if NO_VALUE.fullmatch(report.value.strip()):
        raise Invalid(f"“{report.value}” is no measured value; report a number.")
    if not condition:
        if not said:
            raise Invalid("Report an outcome: good, warn or bad.")
        value = f"{report.value} {report.unit}".strip()
        return Reading(said, f"reported {value or Outcome(said).label.lower()}", "")
    holds, reason = _judged(report, condition)
    judged = Outcome.GOOD if holds else Outcome.BAD
    outcome = min(judged, Outcome(said or judged), key=WORST_FIRST.index)
    return Reading(outcome, reason, condition)


def _judged(report: Result, condition: str) -> tuple[bool, str]:
    if not report.value:
        raise Invalid(f"This gate is judged by its value ({condition}); report one.")
    value, unit = measured(report.value), report.unit or None
    if value is None:
        raise Invalid(
            f"“{report.value}” is no plain number of at most {MOST_DIGITS} digits, such as 86.4; "
            f"{condition} needs one."
        )
    try:
        limit = parse(condition)
        holds, said = limit.holds(value, unit), limit.explain(value, unit)
        if odd := limit.oddity(value, unit):
            raise ConditionError(odd)
    except ConditionError as error:
        raise Invalid(str(error)) from error
    return holds, said
