"""Reported results as JSON: read strictly, whichever address they came to."""

from typing import TypeVar

import pydantic
from ninja import Schema
from ninja.errors import HttpError, ValidationError

from api.schemas import ReportIn
from gates.reports import Result

MOST_DIGITS = 100
Said = TypeVar("Said", bound=Schema)


def parsed(schema: type[Said], body: bytes) -> Said:
    """The body as this schema, or the problem document that says where it is not."""
    try:
        return schema.model_validate_json(body)
    except pydantic.ValidationError as error:
        found = [dict(one) for one in error.errors(include_url=False, include_context=False)]
        raise ValidationError(found) from error


def result_of(said: ReportIn) -> Result:
    return Result(
        outcome=said.outcome or "",
        value=_as_text(said.value),
        unit=said.unit,
        source_link=said.source_link,
        evidence=said.details,
    )


def _as_text(value: str | float | None) -> str:
    text = "" if value is None else str(value)
    if len(text) > MOST_DIGITS:
        raise HttpError(422, f"A value has at most {MOST_DIGITS} characters.")
    return text
