"""What tells the value of a metric: checked by the kind that asks it, and said in words."""

from collections.abc import Mapping
from typing import Any

from deployments.conditions import UNITS, fits
from deployments.exceptions import Invalid, Refused
from gates.enums import ASKED, Source
from gates.kinds import KINDS

# A metric has its unit itself, and is not judged where it is measured.
LEFT_OUT: Mapping[str, frozenset[str]] = {
    Source.PROMETHEUS: frozenset({"unit"}),
    Source.JSON: frozenset({"unit", "equals"}),
    Source.HTTP: frozenset({"p95_ms"}),
}


def told(source: str, settings: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """The settings as the kind takes them."""
    says_unit = "unit" in KINDS[source].settings.model_fields
    return {**settings, "unit": unit} if says_unit else dict(settings)


def refusal_of_source(source: str, settings: Mapping[str, Any], unit: str) -> Refused | None:
    """Why no value in this unit could come from there."""
    if unit not in UNITS:
        return Invalid(f"The unit “{unit}” is not known; use %, ms, s or none.")
    if source not in Source.values:
        return Invalid(f"“{source}” is no source; use one of {', '.join(Source.values)}.")
    if source not in ASKED:
        return Invalid("Only what the portal asks has settings.") if settings else None
    if odd := LEFT_OUT[source] & settings.keys():
        return Invalid(f"A metric is not judged where it is measured; leave out {min(odd)}.")
    try:
        KINDS[source].settings.read(told(source, settings, unit))
    except ValueError as error:
        return Invalid(str(error))
    if source == Source.HTTP and not fits(unit, "ms"):
        return Invalid("A health address tells how long it takes; choose ms or s as the unit.")
    return None


def in_words(source: str, settings: Mapping[str, Any]) -> str:
    """Where the value comes from, as a person would say it."""
    where = str(settings.get("url", ""))
    if connection := settings.get("connection"):
        where = f"{where} of the connection “{connection}”"
    match source:
        case Source.PROMETHEUS:
            return f"Prometheus query {settings.get('query', '')} at {where}"
        case Source.JSON:
            return f"{settings.get('path', '')} in the JSON at {where}"
        case Source.HTTP:
            return f"How long {where} takes to answer"
        case Source.NONE:
            return "Nothing measures it yet"
    return str(Source(source).label)
