"""Holds what was measured against the gate's condition, beside what its settings demand."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from deployments.conditions import Condition, ConditionError, measured, parse
from gates.declared import Declared
from gates.measurement import Measurement, unmeasured

JUDGED = frozenset({"good", "warn", "bad"})


def held(found: Measurement, condition: str, declared: Declared[Any]) -> Measurement:
    """The measurement with the condition's word: it can only make it worse, never better.

    What could not be measured stays so, and a condition that cannot be judged makes an error.
    """
    if found.outcome not in JUDGED or not condition:
        return found
    threshold = ", ".join(part for part in (found.threshold, condition) if part)
    try:
        limit = parse(condition)
        value, unit = _asked(limit, found, declared)
        holds, said = limit.holds(value, unit), limit.explain(value, unit)
        if odd := limit.oddity(value, unit):
            raise ConditionError(odd)
    except ValueError as error:
        return replace(unmeasured(str(error)), target=found.target, threshold=threshold)
    told = replace(found, threshold=threshold, value=format(value, "f"), unit=unit)
    if holds:
        return replace(told, reason=f"{found.reason}; {said}" if found.reason else said)
    reason = said if found.outcome != "bad" else f"{found.reason}; {said}"
    return replace(told, outcome="bad", reason=reason)


def _asked(limit: Condition, found: Measurement, declared: Declared[Any]) -> tuple[Decimal, str]:
    number = declared.number(limit)
    if number is None:
        value = measured(found.value)
        if value is None:
            raise ConditionError(f"“{found.value}” is no number, and {limit} needs one.")
        return value, found.unit
    counted: Mapping[str, Decimal | int] = found.counts
    if limit.metric not in counted:
        raise ConditionError(f"The report says nothing about {limit.metric}.")
    return Decimal(counted[limit.metric]), number.unit
