"""What a person may say of a line, and as what a document is saved."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Role
from deployments.forms import NamedField
from deployments.models import Environment
from intake.reading import Reading
from intake.review.kinds import KINDS

SELECT = {"class": "form-select"}


class CorrectionForm(forms.Form):
    """One line, or several that are the same; what is left empty stays as it was read."""

    line = forms.TypedMultipleChoiceField(coerce=int, widget=forms.MultipleHiddenInput)
    kind = forms.ChoiceField(
        label="It is", choices=list(KINDS.items()), required=False, widget=forms.Select(SELECT)
    )
    section = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, widget=forms.Select(SELECT)
    )
    role = NamedField(
        queryset=Role.objects.all(),
        to_field_name="key",
        required=False,
        empty_label="As it was read",
        widget=forms.Select(SELECT),
    )
    condition = forms.CharField(
        required=False,
        max_length=200,
        help_text="Such as “error_rate > 5 % for 5 min”.",
        widget=forms.TextInput({"class": "form-control"}),
    )

    def __init__(self, reading: Reading, lines: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["line"].choices = [(number, str(number)) for number in range(1, lines + 1)]
        fields["section"].choices = [
            ("", "Where it stands"),
            *((one.line, " › ".join(one.path)) for one in reading.sections),
        ]


class CreateForm(forms.Form):
    """Where it goes, for a document that does not say so."""

    environment = NamedField(
        queryset=Environment.objects.all(),
        to_field_name="key",
        required=False,
        empty_label=None,
        widget=forms.Select(SELECT),
        error_messages={"invalid_choice": "Choose one of the environments of this portal."},
    )
