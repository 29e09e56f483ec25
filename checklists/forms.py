"""What people enter as evidence: one small form for each kind."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.core.validators import RegexValidator

from checklists.enums import EvidenceKind
from checklists.evidence import Given

CONTROL = {"class": "form-control"}
PLAIN = RegexValidator(
    r"\A[+-]?[0-9]{1,14}(\.[0-9]{1,6})?\Z",
    "Enter a plain decimal number, such as 99.5; its unit goes beside it.",
)


class EvidenceForm(forms.Form):
    kind: EvidenceKind

    def given(self) -> Given:
        return Given(self.kind, **self.cleaned_data)


class TextForm(EvidenceForm):
    kind = EvidenceKind.TEXT
    text = forms.CharField(
        label="What you saw",
        max_length=10_000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 4}),
        error_messages={"required": "Write what you saw."},
    )


class LinkForm(EvidenceForm):
    kind = EvidenceKind.LINK
    url = forms.CharField(
        label="Link",
        max_length=2000,
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "url"}),
        help_text="Begins with http:// or https://.",
        error_messages={"required": "Enter the link, beginning with http:// or https://."},
    )


class NumberForm(EvidenceForm):
    kind = EvidenceKind.NUMBER
    number = forms.CharField(
        label="Measured number",
        max_length=22,
        validators=[PLAIN],
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "decimal"}),
        error_messages={"required": "Enter the number that was measured, such as 99.5."},
    )
    unit = forms.CharField(
        label="Unit (may be left out)",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=CONTROL),
    )

    def clean_number(self) -> Decimal:
        return Decimal(self.cleaned_data["number"])


class FileForm(EvidenceForm):
    kind = EvidenceKind.FILE
    file = forms.FileField(
        label="File (up to 20 MB)",
        widget=forms.FileInput(attrs=CONTROL),
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty; choose the file that shows it.",
        },
    )


FORMS: dict[EvidenceKind, type[EvidenceForm]] = {
    form.kind: form for form in (TextForm, LinkForm, NumberForm, FileForm)
}
