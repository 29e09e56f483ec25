"""Who is away, from when to when on the person's own clock, and who signs for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from deployments.access.absences import Absence, could_stand_in, role_holders
from deployments.access.forms import ShortField
from deployments.forms import NamedField, WallClockField
from deployments.models import Service, StandIn
from deployments.zones import InstantError, instant

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
EVERY = ""


def clock_field(label: str, required: str) -> WallClockField:
    return WallClockField(
        label=label,
        input_formats=FORMATS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}),
        error_messages={"required": required, "invalid": "Write it as 2026-11-12 09:00."},
    )


def person_field(label: str, people: QuerySet[User], **options: Any) -> NamedField:
    return NamedField(
        label=label,
        queryset=people,
        to_field_name="username",
        widget=forms.Select(attrs={"class": "form-select"}),
        **options,
    )


class ZonedTimes(forms.Form):
    """Times on the clock of the person who types them; an hour shown twice is away in full."""

    ends = clock_field("Until", "Say until when.")
    reason = ShortField(StandIn, "reason", label="Reason, if others may know it", required=False)

    def __init__(self, person: User, data: Any = None) -> None:
        super().__init__(data)
        self.person = person
        self.fields["ends"].help_text = f"Your time zone: {person.zone}."

    def in_utc(self, name: str, *, later: bool) -> datetime | None:
        local = self.cleaned_data.get(name)
        try:
            return instant(local, self.person.zone, later=later) if local else None
        except InstantError as error:
            self.add_error(name, str(error))
        return None


class OwnAbsenceForm(ZonedTimes):
    """One's own absence, planned or begun; nobody chosen means that nobody stands in."""

    field_order = ["service", "stand_in", "starts", "ends", "reason"]
    starts = clock_field("From", "Say from when.")

    def __init__(self, person: User, services: Sequence[Service], data: Any = None) -> None:
        super().__init__(person, data)
        self.services = services
        every: list[tuple[str, str]] = (
            [(EVERY, "Every service on which you sign")] if len(services) > 1 else []
        )
        self.fields["service"] = forms.ChoiceField(
            label="Service",
            required=len(services) == 1,
            choices=every + [(one.key, one.title) for one in services],
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        self.fields["stand_in"] = person_field(
            "Who signs for you",
            could_stand_in(services).exclude(pk=person.pk),
            required=False,
            empty_label="Nobody: I am just away",
            error_messages={"invalid_choice": "Choose somebody who sees the service."},
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["starts_at"] = self.in_utc("starts", later=False)
        cleaned["ends_at"] = self.in_utc("ends", later=True)
        return cleaned

    def chosen(self) -> list[Service]:
        key = self.cleaned_data["service"]
        return [one for one in self.services if key in {EVERY, one.key}]

    def absence(self) -> Absence:
        said = self.cleaned_data
        return Absence(
            self.person, said["stand_in"], said["starts_at"], said["ends_at"], said["reason"]
        )


class OthersAbsenceForm(ZonedTimes):
    """A stand-in for somebody who is away already: it begins when it is recorded."""

    field_order = ["absent", "stand_in", "ends", "reason"]

    def __init__(self, person: User, service: Service, data: Any = None) -> None:
        super().__init__(person, data)
        self.fields["absent"] = person_field(
            "Who is away",
            role_holders(service),
            empty_label="Choose …",
            error_messages={
                "required": "Choose who is away.",
                "invalid_choice": "Choose one of those who hold a sign-off role here.",
            },
        )
        self.fields["stand_in"] = person_field(
            "Who signs for them",
            could_stand_in([service]).exclude(pk=person.pk),
            empty_label="Choose …",
            error_messages={
                "required": "Choose who stands in.",
                "invalid_choice": "Choose somebody else who sees the service.",
            },
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["ends_at"] = self.in_utc("ends", later=True)
        return cleaned

    def absence(self, now: datetime) -> Absence:
        said = self.cleaned_data
        return Absence(said["absent"], said["stand_in"], now, said["ends_at"], said["reason"])
