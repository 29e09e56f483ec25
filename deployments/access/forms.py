"""What administrators type about services, places, people and teams; shape only."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.models import Group
from django.db import models

from accounts.enums import Theme
from accounts.models import Role, User
from accounts.zones import validate_zone
from deployments.models import Environment, Service

KEY = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
# Addresses of this portal stand where the key of a service would.
RESERVED = frozenset({"new"})


class ShortField(forms.CharField):
    """One line of text as long as the column that keeps it; line breaks become spaces."""

    def __init__(self, model: type[models.Model], column: str, **options: Any) -> None:
        longest = getattr(model._meta.get_field(column), "max_length", None)
        widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
        super().__init__(max_length=longest, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())


class KeyField(ShortField):
    """What addresses, documents and signed content call something; it does not change later."""

    def __init__(self, model: type[models.Model], **options: Any) -> None:
        hint = "Small letters, digits and hyphens; addresses and signed content name it."
        super().__init__(model, "key", label="Key", help_text=hint, **options)

    def clean(self, value: Any) -> str:
        key = str(super().clean(value))
        if key and not KEY.fullmatch(key):
            raise forms.ValidationError(
                f"“{key}” is no key: use small letters, digits and hyphens, such as storage-layer."
            )
        return key


def order_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Order",
        min_value=0,
        max_value=32767,
        initial=100,
        help_text="Lower numbers stand first in lists.",
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )


class ZoneField(ShortField):
    def __init__(self) -> None:
        super().__init__(
            User, "zone", label="Time zone", initial="UTC", validators=[validate_zone],
            help_text="A name of the IANA list, such as Europe/Berlin.",
        )  # fmt: skip
        self.widget.attrs["list"] = "zones"


class ZonedForm(forms.Form):
    """A form with a zone; the page offers the names as a list to choose from."""

    zone = ZoneField()

    @property
    def zones(self) -> list[str]:
        return sorted(available_timezones())


class TitleForm(forms.Form):
    title = ShortField(Service, "title", label="Title")


class ServiceForm(TitleForm):
    key = KeyField(Service)
    field_order = ["title", "key"]

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if key in RESERVED:
            raise forms.ValidationError(f"“{key}” is an address of this portal; choose another.")
        return key


class EnvironmentForm(forms.Form):
    title = ShortField(Environment, "title", label="Title")
    key = KeyField(Environment)
    order = order_field()

    def fix_key(self) -> None:
        """Shown, and whatever is sent for it is not read."""
        self.fields["key"].disabled = True


class RoleForm(forms.Form):
    title = ShortField(Role, "title", label="Title")
    key = KeyField(Role)
    order = order_field()
    time_sensitive = forms.BooleanField(
        label="A signature under this role does not survive a reschedule",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def fix_key(self) -> None:
        self.fields["key"].disabled = True


class PersonForm(ZonedForm):
    display_name = ShortField(User, "display_name", label="Name", required=False)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        help_text="Without one no message of the portal reaches them.",
        error_messages={"invalid": "This is no e-mail address; it looks like name@example.org."},
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    field_order = ["username", "display_name", "email", "zone"]


class NewPersonForm(PersonForm):
    username = ShortField(
        User, "username", label="Username", validators=[User.username_validator],
        help_text="They sign in with it, and it never changes: letters, digits and @ . + - _",
    )  # fmt: skip
    invite = forms.BooleanField(
        label="Invite them by mail, with a link that sets their password",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    field_order = ["username", "display_name", "email", "zone", "invite"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("invite") and not said.get("email") and "email" not in self.errors:
            self.add_error("email", "An invitation needs an address; or take its tick out.")
        return said


class SettingsForm(ZonedForm):
    display_name = ShortField(
        User, "display_name", label="Name", required=False,
        help_text="As others read it; without one your username stands there.",
    )  # fmt: skip
    theme = forms.ChoiceField(
        label="Look",
        required=False,
        choices=Theme.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    field_order = ["display_name", "zone", "theme"]


class TeamForm(forms.Form):
    name = ShortField(Group, "name", label="Name of the team")


class SearchForm(forms.Form):
    q = forms.CharField(
        label="Search by name, username or e-mail",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "search"}),
    )


class AwareForm(forms.Form):
    aware = forms.BooleanField(
        label="I know that nobody would be left.",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
