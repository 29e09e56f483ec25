from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone

from deployments.models import Deployment
from deployments.zones import InstantError, instant

WHICH = [("", "It happens only once"), ("first", "The first time"), ("second", "The second time")]


class WallClockField(forms.DateTimeField):
    """A local time without a zone: which instant it is, the form's own zone field decides."""

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):
            aware = super().to_python(value)
        return aware.replace(tzinfo=None) if aware else None


class ScheduleForm(forms.Form):
    """T0 as the planner's wall clock shows it, with its zone."""

    local = WallClockField(
        label="T0",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}),
    )
    zone = forms.CharField(
        label="Time zone", widget=forms.TextInput(attrs={"class": "form-control", "list": "zones"})
    )
    which = forms.ChoiceField(
        label="If the clock shows it twice",
        choices=WHICH,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, data: Any = None, *, deployment: Deployment) -> None:
        initial: dict[str, Any] = {"zone": deployment.zone}
        if deployment.t0:
            initial["local"] = deployment.t0.astimezone(ZoneInfo(deployment.zone)).strftime(
                "%Y-%m-%dT%H:%M"
            )
        super().__init__(data, initial=initial)
        self.zones = sorted(available_timezones())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "local" not in cleaned or "zone" not in cleaned:
            return cleaned
        later = {"first": False, "second": True}.get(cleaned.get("which", ""))
        try:
            cleaned["t0"] = instant(cleaned["local"], cleaned["zone"], later=later)
        except InstantError as error:
            self.add_error("local", str(error))
        return cleaned


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Why is it cancelled?",
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "Say why; those who were told of the deployment will read it."},
    )
