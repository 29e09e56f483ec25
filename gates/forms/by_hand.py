"""A result that a person enters, with what proves it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.forms import VoicedForm
from accounts.models import User
from gates.enums import Outcome
from gates.models import Gate
from gates.reports import Result
from gates.uploads import Upload

CONTROL = {"class": "form-control"}
OUTCOMES = [(outcome.value, outcome.label) for outcome in (Outcome.GOOD, Outcome.WARN, Outcome.BAD)]


class UploadForm(VoicedForm):
    """A report file that a person brings."""

    report = forms.FileField(
        label="Report file",
        widget=forms.ClearableFileInput(attrs=CONTROL),
        help_text="As the tool wrote it, at most 64 MiB. It is kept, and read by a worker.",
        error_messages={
            "required": "Choose the file that the tool wrote.",
            "empty": "This file is empty.",
        },
    )
    source_link = forms.URLField(
        label="Link to the source",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs=CONTROL),
    )

    field_order = ("voice", "report", "source_link", "password")

    def __init__(self, *args: Any, voices: Sequence[User | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(voices)

    def upload(self) -> Upload:
        file = self.cleaned_data["report"]
        return Upload(file.chunks(), file.name or "", self.cleaned_data["source_link"])


class ReportForm(VoicedForm):
    """A result entered by hand; the outcome is asked only where no condition judges the value."""

    outcome = forms.ChoiceField(
        choices=[("", "Choose"), *OUTCOMES], widget=forms.Select(attrs={"class": "form-select"})
    )
    value = forms.CharField(
        label="Measured value",
        max_length=100,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "Enter the value that was measured, such as 491/491."},
    )
    evidence = forms.CharField(
        label="Evidence",
        max_length=4000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        error_messages={
            "required": "Say where the value can be checked: a link, a file or a log line."
        },
    )
    source_link = forms.URLField(
        label="Link to the source",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs=CONTROL),
    )

    field_order = ("voice", "outcome", "value", "evidence", "source_link", "password")

    def __init__(
        self, *args: Any, gate: Gate, voices: Sequence[User | None], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(voices)
        if gate.condition:
            del self.fields["outcome"]
            self.fields["value"].help_text = f"Judged by: {gate.condition}"

    def result(self) -> Result:
        names = ("outcome", "value", "evidence", "source_link")
        return Result(**{name: self.cleaned_data.get(name, "").strip() for name in names})
