"""A line of the message plan as forms show it and as somebody types it, wherever it is edited."""

from __future__ import annotations

from typing import Any

from django import forms

from communications import moments
from communications.definitions import PlanLine
from deployments.exceptions import Invalid


class TypedLine:
    """What a form with the fields of a line says."""

    cleaned_data: dict[str, Any]

    def clean_when(self) -> moments.Moment:
        try:
            return moments.from_words(self.cleaned_data["when"])
        except Invalid as invalid:
            raise forms.ValidationError(invalid.sentence) from None

    def line(self) -> PlanLine:
        """Each address once, and text whose lines end as the portal's own do."""
        said = self.cleaned_data
        anchor, offset, day, at = said["when"]
        given = {one.strip().lower(): one.strip() for one in said["addresses"].splitlines()}
        return PlanLine(
            said["kind"],
            anchor,
            offset,
            said["title"].strip(),
            "\n".join(said["text"].splitlines()).strip(),
            day=day,
            at=at,
            audience=tuple(said["audience"]),
            addresses=tuple(one for one in given.values() if one),
        )


def fields_of(line: PlanLine) -> dict[str, Any]:
    return {
        "title": line.title,
        "kind": str(line.kind),
        "when": line.when,
        "text": line.text,
        "audience": list(line.audience),
        "addresses": "\n".join(line.addresses),
    }
