"""The time that a HOLD may name at once, and what it meets there before anything is saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import cached_property

from deployments.canonical import digest
from deployments.clashes import clashes_at
from deployments.forms import LATER, WallClockField, which_field
from deployments.models import Deployment
from deployments.zones import InstantError, instant


class NewTimeFields(forms.Form):
    """On the clock of the plan; `met` tells the clashes that whoever decides has been shown."""

    deployment: Deployment
    which = which_field()
    new_time = WallClockField(
        label="New time T0, if a HOLD names one at once",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}),
    )
    met = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    @property
    def asks_which(self) -> bool:
        return bool(self["new_time"].errors or self["which"].value())

    def clean_new_time(self) -> datetime | None:
        local, which = self.cleaned_data["new_time"], self.cleaned_data.get("which", "")
        try:
            zone, later = self.deployment.zone, LATER.get(which)
            return instant(local, zone, later=later) if local else None
        except InstantError as error:
            raise forms.ValidationError(str(error)) from error

    @cached_property
    def clashes(self) -> list[str]:
        """Of a new time that can be read; there are none before one is typed."""
        said = getattr(self, "cleaned_data", {}).get("new_time")
        return clashes_at(self.deployment, said) if said else []

    @property
    def met_now(self) -> str:
        return digest(self.clashes) if self.clashes else ""

    @property
    def is_unseen(self) -> bool:
        """It meets something of which the page has not told."""
        return self.met_now != "" and self.cleaned_data.get("met") != self.met_now


class NewTimeForm(NewTimeFields):
    """The new time alone, while the rest is still being written."""

    def __init__(self, deployment: Deployment, data: Any) -> None:
        super().__init__(data)
        self.deployment = deployment
        self.full_clean()
