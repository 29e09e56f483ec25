from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.forms import FreshForm, VoicedForm
from accounts.models import User
from approvals.enums import LATEST_START_AFTER_T0, NEEDS_REASON, Choice, Verdict
from approvals.new_time_forms import NewTimeFields
from approvals.policies.voting import needs_reason
from approvals.readiness import Readiness
from approvals.shown import Shown
from deployments.models import Deployment

LONGEST_REASON = 2000
RADIOS = forms.RadioSelect(attrs={"class": "form-check-input"})
REASON = forms.Textarea(attrs={"class": "form-control", "rows": 2})


class ShownFields(forms.Form):
    """The hashes of what the page showed, which travel with the form."""

    shown_content = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    shown_schedule = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def shown(self) -> Shown:
        return Shown(self.cleaned_data["shown_content"], self.cleaned_data["shown_schedule"])


def hashes_of(deployment: Deployment) -> dict[str, str]:
    shown = Shown.of(deployment)
    return {"shown_content": shown.content, "shown_schedule": shown.schedule}


class SubmitForm(ShownFields):
    """Submits exactly what the page showed."""

    def __init__(self, deployment: Deployment, data: Any = None) -> None:
        super().__init__(data, initial=hashes_of(deployment))


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label="Why does it go back to draft?",
        max_length=LONGEST_REASON,
        widget=REASON,
        error_messages={
            "required": "Say why it goes back to draft; those who signed it will read it."
        },
    )


class ShownForm(ShownFields, FreshForm):
    """An act on exactly what the page showed, by somebody who has just proven who they are."""

    def __init__(
        self, request: HttpRequest, deployment: Deployment, data: Any = None, **initial: Any
    ) -> None:
        super().__init__(request, data, initial={**hashes_of(deployment), **initial})


class SignForm(ShownForm, VoicedForm):
    """Each choice with its words; approving is chosen already for whoever owes a signature."""

    field_order = ["voice", "choice", "reason", "password"]
    choice = forms.ChoiceField(label="What do you say?", widget=RADIOS)
    reason = forms.CharField(
        label="Reason or remark", required=False, max_length=LONGEST_REASON, widget=REASON
    )

    def __init__(
        self,
        request: HttpRequest,
        deployment: Deployment,
        choices: list[tuple[str, str]],
        data: Any = None,
        *,
        voices: Sequence[User | None] = (None,),
        **initial: Any,
    ) -> None:
        super().__init__(request, deployment, data, **initial)
        self.offer(voices)
        offered: Any = self.fields["choice"]
        offered.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        choice = Choice(cleaned["choice"]) if cleaned.get("choice") else None
        if choice in NEEDS_REASON and not cleaned.get("reason", "").strip():
            self.add_error("reason", needs_reason(choice))
        return cleaned


class DecideForm(ShownForm, NewTimeFields):
    """The ops lead's word; every standing warning is a box that GO needs ticked."""

    field_order = [
        "verdict", "reason", "which", "new_time", "latest_start_minutes", "seen", "password",
    ]  # fmt: skip
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
        initial=int(LATEST_START_AFTER_T0.total_seconds() // 60),
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
        chosen = request.GET.get("verdict", "")
        super().__init__(
            request, deployment, data, verdict=chosen if chosen in Verdict.values else None
        )
        self.deployment = deployment
        zone = deployment.zone
        self.fields["new_time"].help_text = f"The clock of {zone}; whoever was told hears it."
        warnings: Any = self.fields["seen"]
        warnings.choices = [(warning.key, warning.clause) for warning in readiness.warnings]

    def start_within(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["latest_start_minutes"])
