"""Asking for a waiver, signing it, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest

from accounts.forms import FreshForm, VoicedForm
from accounts.models import User
from approvals.services.waiving import Terms, latest_end
from deployments.forms import WallClockField
from deployments.mentions import people_of
from deployments.models import Deployment
from deployments.zones import InstantError, instant

CONTROL = {"class": "form-control"}
LOCAL = "%Y-%m-%dT%H:%M"


class AskForm(FreshForm):
    """Times are entered on the wall clock of the deployment's zone.

    Where it shows an hour twice the waiver ends with the first (docs/adr/0044).
    """

    reason = forms.CharField(
        label="Why may the release go on?",
        max_length=2000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        error_messages={"required": "Say why the release may go on although the gate is red."},
    )
    risk_owner = forms.ModelChoiceField(
        label="Who owns the risk",
        queryset=User.objects.none(),
        empty_label="Choose",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "Name the person who owns the risk."},
    )
    ends_at = WallClockField(
        label="Ends at",
        input_formats=[LOCAL],
        widget=forms.DateTimeInput(attrs={**CONTROL, "type": "datetime-local"}, format=LOCAL),
        error_messages={"required": "Say until when it is waived."},
    )

    field_order = ("reason", "risk_owner", "ends_at", "password")

    def __init__(self, request: HttpRequest, deployment: Deployment, data: Any = None) -> None:
        self.zone = ZoneInfo(deployment.zone)
        latest = latest_end(deployment)
        local = latest.astimezone(self.zone).strftime(LOCAL) if latest else None
        said = f", {local.replace('T', ' ')}" if local else ""
        told = f"{deployment.zone}; at the latest the end of the watch{said}."
        super().__init__(request, data, initial={"ends_at": local})
        self.fields["risk_owner"].queryset = people_of(deployment.service)  # type: ignore[attr-defined]
        self.fields["ends_at"].help_text = told

    def clean_ends_at(self) -> datetime:
        try:
            return instant(self.cleaned_data["ends_at"], self.zone.key, later=False)
        except InstantError as error:
            raise forms.ValidationError(str(error)) from error

    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(said["reason"], said["risk_owner"], said["ends_at"])


class SignWaiverForm(VoicedForm):
    """Nothing but who signs, and for whom."""

    field_order = ("voice", "password")

    def __init__(
        self, request: HttpRequest, data: Any = None, *, voices: Sequence[User | None]
    ) -> None:
        super().__init__(request, data)
        self.offer(voices)


class EndForm(forms.Form):
    reason = forms.CharField(
        label="Why is it taken back?",
        max_length=2000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}),
        error_messages={"required": "Say why the waiver is taken back."},
    )
