"""A key for a machine: what it is called, what it may do, and for how long."""

from typing import Any

from django import forms

from accounts.forms import FreshForm
from api.services import LONGEST_DAYS, SCOPES

CONTROL = {"class": "form-control"}
WORDS = {"report": "report results for gates", "read": "read deployments, gates and votes"}


class TokenForm(FreshForm):
    title = forms.CharField(
        label="Which machine uses it",
        max_length=120,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="Such as “CI of the storage layer”.",
        error_messages={"required": "Say which machine uses it."},
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(scope, WORDS[scope]) for scope in SCOPES],
        initial=list(SCOPES),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Say what the token may do: report, read, or both."},
    )
    days = forms.IntegerField(
        label="Valid for, days",
        required=False,
        initial=90,
        min_value=1,
        max_value=LONGEST_DAYS,
        widget=forms.NumberInput(attrs=CONTROL),
        help_text="Empty: until it is revoked.",
    )

    field_order = ("title", "scopes", "days", "password")


class WebhookForm(FreshForm):
    title = forms.CharField(
        label="Who delivers to it",
        max_length=120,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="Such as “Load test service”.",
        error_messages={"required": "Say who delivers to it."},
    )

    field_order = ("title", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """It stands beside the form for tokens, whose fields have the same names."""
        super().__init__(*args, auto_id="id_webhook_%s", **kwargs)


class RotateForm(FreshForm):
    """Nothing but the proof of who rotates."""
