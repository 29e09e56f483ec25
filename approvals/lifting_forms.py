"""Lifting an objection: why, and who does it."""

from django import forms

from accounts.forms import FreshForm


class LiftForm(FreshForm):
    field_order = ["reason", "password"]
    reason = forms.CharField(
        label="Why is it lifted?",
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "Say why the objection is lifted; its author will read it."},
    )
