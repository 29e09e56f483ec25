"""What people enter about gates: a result by hand, and a health address."""

from typing import Any

from django import forms

from accounts.forms import FreshForm
from connections.addresses import Permit
from connections.exceptions import Blocked
from connections.models import Connection
from connections.services import connection_for
from gates.definitions import GateDefinition
from gates.enums import Kind, Outcome
from gates.models import Gate
from gates.probes.http import HttpSettings
from gates.reports import Report

CONTROL = {"class": "form-control"}
OUTCOMES = [(outcome.value, outcome.label) for outcome in (Outcome.GOOD, Outcome.WARN, Outcome.BAD)]


class ReportForm(FreshForm):
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

    field_order = ("outcome", "value", "evidence", "source_link", "password")

    def __init__(self, *args: Any, gate: Gate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if gate.condition:
            del self.fields["outcome"]
            self.fields["value"].help_text = f"Judged by: {gate.condition}"

    def result(self) -> Report:
        names = ("outcome", "value", "evidence", "source_link")
        return Report(**{name: self.cleaned_data.get(name, "").strip() for name in names})


class HttpGateForm(forms.Form):
    """A health address and what it must answer."""

    title = forms.CharField(max_length=300, widget=forms.TextInput(attrs=CONTROL))
    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "url"}),
        help_text="http:// or https:// on port 80 or 443; anything else needs a connection.",
    )
    connection = forms.ModelChoiceField(
        queryset=Connection.objects.all(),
        to_field_name="key",
        required=False,
        empty_label="None: a public address",
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="With a connection the address may be a path below it, such as /health.",
    )
    status = forms.IntegerField(
        label="Expected status",
        initial=200,
        min_value=100,
        max_value=599,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    contains = forms.CharField(
        label="Text the answer must contain",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs=CONTROL),
    )
    p95_ms = forms.IntegerField(
        label="Limit of the 95th percentile, ms",
        required=False,
        min_value=1,
        max_value=20_000,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    requests = forms.IntegerField(
        label="Requests per sample",
        initial=1,
        min_value=1,
        max_value=20,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    required = forms.BooleanField(
        initial=True,
        required=False,
        label="GO waits for it",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        url = cleaned.get("url")
        if not url:
            return cleaned
        connection = cleaned.get("connection") or connection_for(url)
        cleaned["connection"] = connection
        permit: Permit | None = connection.permit if connection else None
        try:
            HttpSettings(url=url).target(permit)
        except Blocked as blocked:
            self.add_error("url", blocked.sentence)
        return cleaned

    def definition(self) -> GateDefinition:
        names = ("url", "status", "contains", "p95_ms", "requests")
        found = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}
        if self.cleaned_data["connection"]:
            found["connection"] = self.cleaned_data["connection"].key
        return GateDefinition(
            title=self.cleaned_data["title"],
            kind=Kind.HTTP.value,
            settings=found,
            required=self.cleaned_data["required"],
        )
