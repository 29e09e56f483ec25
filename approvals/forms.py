from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.forms import FreshForm
from approvals.enums import NEEDS_REASON, Choice, Verdict
from approvals.policies import DEFAULT_LATEST_START, needs_reason
from approvals.readiness import Readiness
from deployments.models import Deployment

VOTES = [(choice.value, choice.label) for choice in Choice if choice != Choice.WITHDRAW]
RADIOS = forms.RadioSelect(attrs={"class": "form-check-input"})
REASON = forms.Textarea(attrs={"class": "form-control", "rows": 2})


class SignForm(FreshForm):
    """One vote on exactly the content whose hash the page showed."""

    field_order = ["choice", "reason", "password"]
    choice = forms.ChoiceField(
        choices=VOTES, widget=RADIOS, initial=Choice.APPROVE, label="Your word"
    )
    reason = forms.CharField(label="Reason or remark", required=False, widget=REASON)
    shown_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        choice = Choice(cleaned["choice"]) if cleaned.get("choice") else None
        if choice in NEEDS_REASON and not cleaned.get("reason", "").strip():
            self.add_error("reason", needs_reason(choice))
        return cleaned


class DecideForm(FreshForm):
    """The ops lead's word; every standing warning is a box that GO needs ticked."""

    field_order = ["verdict", "reason", "latest_start_minutes", "seen", "password"]
    verdict = forms.ChoiceField(choices=Verdict.choices, widget=RADIOS)
    reason = forms.CharField(
        label="Reason in one line",
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": "Give the reason in one line; it stands in the record."},
    )
    latest_start_minutes = forms.IntegerField(
        label="Latest start, minutes after T0",
        min_value=0,
        max_value=24 * 60,
        initial=int(DEFAULT_LATEST_START.total_seconds() // 60),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    seen = forms.MultipleChoiceField(
        label="Warnings that stand; GO needs each of them seen",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def __init__(
        self, request: HttpRequest, deployment: Deployment, readiness: Readiness, data: Any = None
    ) -> None:
        super().__init__(request, data)
        self.deployment = deployment
        warnings: Any = self.fields["seen"]
        warnings.choices = [(warning.key, warning.clause) for warning in readiness.warnings]

    def latest_start(self) -> datetime | None:
        if self.deployment.t0 is None:
            return None
        after = timedelta(minutes=self.cleaned_data["latest_start_minutes"])
        return (self.deployment.t0 + after).astimezone(UTC)
