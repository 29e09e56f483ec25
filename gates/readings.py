"""One reading of a metric: its value now, in its own unit, held against nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connections.exceptions import Trouble
from deployments.conditions import amount, converted, fits, measured, plain_number
from deployments.models import Service
from gates.circumstances import circumstances
from gates.enums import ASKED
from gates.measurement import Measurement, unmeasured
from gates.measuring import measure
from gates.models import Metric
from gates.sources import in_words, told


def read_now(metric: Metric) -> Measurement:
    """Ask for the value once, outside any transaction."""
    return take(metric.source, metric.settings, metric.unit, metric.service)


def take(source: str, settings: Mapping[str, Any], unit: str, service: Service) -> Measurement:
    """What the source says now; whatever goes wrong is an error with a sentence.

    What nobody can ask is no data, since a machine or a person has to say it.
    """
    if source not in ASKED:
        return Measurement("no_data", f"{in_words(source, settings)}; there is nothing to ask")
    asked = told(source, settings, unit)
    try:
        around = circumstances(asked, service)
    except Trouble as trouble:
        return unmeasured(trouble.sentence)
    return in_unit(measure(source, asked, None, around), unit)


def in_unit(found: Measurement, unit: str) -> Measurement:
    """The measurement as a value of the metric; what did not come out right is no value."""
    if found.outcome in ("no_data", "error"):
        return found
    if found.outcome == "bad":
        return replace(found, outcome="error", value="", unit="")
    value = measured(found.value)
    if value is None or not fits(found.unit, unit):
        said = amount(value, found.unit) if value is not None else f"“{found.value}”"
        return replace(found, outcome="error", value="", unit="",
                       reason=f"{said} is no value in {unit or 'plain numbers'}.")  # fmt: skip
    own = converted(value, found.unit, unit)
    reason = found.reason or f"the value is {amount(own, unit)}"
    return replace(found, outcome="good", value=plain_number(own), unit=unit, reason=reason)
