"""What people type in a watch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms

from monitoring.enums import Result, Verdict
from monitoring.models import Series

LONGEST_REASON = 2000
LONGEST_NAME = 100
RADIOS = forms.RadioSelect(attrs={"class": "form-check-input"})
TEXT = forms.Textarea(attrs={"class": "form-control", "rows": 3})


def said(label: str, missing: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONGEST_REASON, widget=TEXT,
        error_messages={"required": missing}, **options,
    )  # fmt: skip


class InstantForm(forms.Form):
    """From when on points are wanted; what is no instant means from the beginning."""

    since = forms.FloatField(required=False, min_value=0, max_value=4_000_000_000)

    @property
    def instant(self) -> datetime | None:
        said = self.cleaned_data.get("since") if self.is_valid() else None
        return datetime.fromtimestamp(said, UTC) if said is not None else None


class AcknowledgeForm(forms.Form):
    note = said("What you do about it", "", required=False)


class StayForm(forms.Form):
    reason = said("Why", "Say why; the report says it to everybody.", required=False)


class RaiseForm(forms.Form):
    reason = said("What you see", "Say what you see; whoever decides will read it.")


class CloseForm(forms.Form):
    result = forms.ChoiceField(label="It has", choices=Result.choices, widget=RADIOS)
    lessons = said("What was learned", "", required=False)


class IncidentForm(forms.Form):
    text = said("What went wrong", "Say what went wrong.")


class NamelessForm(IncidentForm):
    """For whoever has the stakeholder link; nothing proves the name."""

    name = forms.CharField(
        label="Your name, if you like", max_length=LONGEST_NAME, required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "name"}),
    )  # fmt: skip


class DismissForm(forms.Form):
    reason = said(
        "Why it does not belong to this deployment",
        "Say why it does not belong to this deployment.",
    )


class JudgeForm(forms.Form):
    verdict = forms.ChoiceField(label="It is", choices=Verdict.choices, widget=RADIOS)
    reason = said("By what you judge", "Say by what you judge; the report says it to everybody.")


class ValueForm(forms.Form):
    """A value that a person reads somewhere."""

    key = forms.ChoiceField(label="Metric", widget=forms.Select(attrs={"class": "form-select"}))
    number = forms.DecimalField(
        label="Value", max_digits=30, decimal_places=15,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "any"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, series: Iterable[Series], **options: Any) -> None:
        super().__init__(data, **options)
        key: Any = self.fields["key"]
        key.choices = [
            (one.key, f"{one.title}{f', {one.unit}' * bool(one.unit)}") for one in series
        ]
