"""GO over what stands in the way, and what was found when it was looked into."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.models import User
from approvals.enums import LATEST_START_AFTER_T0
from approvals.forms import LONGEST_REASON, REASON, ShownForm
from deployments.forms import NamedField
from deployments.models import Deployment


class BreakGlassForm(ShownForm):
    field_order = ["reason", "second_person", "latest_start_minutes", "password"]
    reason = forms.CharField(
        label="Why it cannot wait",
        max_length=LONGEST_REASON,
        widget=REASON,
        error_messages={
            "required": "Say why it cannot wait; it stands in the record and is told to everybody."
        },
    )
    second_person = NamedField(
        label="Second person, an ops lead or a product owner",
        queryset=User.objects.none(),
        to_field_name="username",
        empty_label="Choose …",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Name the second person who stands by this decision.",
            "invalid_choice": "Choose another ops lead or a product owner of this service.",
        },
    )
    latest_start_minutes = forms.IntegerField(
        label="Latest start, minutes after T0",
        min_value=0,
        max_value=24 * 60,
        initial=int(LATEST_START_AFTER_T0.total_seconds() // 60),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    def __init__(
        self, request: HttpRequest, deployment: Deployment, people: list[User], data: Any = None
    ) -> None:
        super().__init__(request, deployment, data)
        second: Any = self.fields["second_person"]
        second.queryset = User.objects.filter(pk__in=[one.pk for one in people])

    def start_within(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["latest_start_minutes"])


class ReviewForm(forms.Form):
    findings = forms.CharField(
        label="What was found, and what is done so that it is not needed again",
        max_length=LONGEST_REASON,
        widget=REASON,
        error_messages={
            "required": "Say what was found, and what is done so that it is not needed again."
        },
    )
