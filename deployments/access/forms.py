"""What administrators type about services, places, people and teams; shape only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import Group
from django.db import models

from accounts.enums import Kind
from accounts.models import Role, User
from accounts.zones import validate_zone
from deployments.access.holders import teams
from deployments.access.parts import Part, key_of, part_called, parts_offered, title_of
from deployments.models import Environment, Service

KEY = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
# Addresses of this portal stand where the key of a service would.
RESERVED = frozenset({"new"})
WHO = re.compile(r"(person|team):([0-9]{1,18})")
PASSWORD_HINT = "At least eight characters, no common password and nothing like your name."  # noqa: S105


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


class SettingsForm(ZonedForm):
    display_name = ShortField(
        User, "display_name", label="Name", required=False,
        help_text="As others read it; without one your username stands there.",
    )  # fmt: skip
    field_order = ["display_name", "zone"]


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


class WhoField(forms.CharField):
    """A person or a team; whether they may be given something is the service's question."""

    widget = forms.Select(attrs={"class": "form-select"})

    def clean(self, value: Any) -> User | Group | None:
        text = super().clean(value)
        found = WHO.fullmatch(text)
        who: User | Group | None = None
        if found:
            rows: Any = User.objects.all() if found[1] == "person" else teams()
            who = rows.filter(pk=int(found[2])).first()
        if text and who is None:
            raise forms.ValidationError("Choose one of the people and teams of this portal.")
        return who


def people_to_name() -> list[tuple[str, str]]:
    """Who can be named in a new field, by name: active people, no machines."""
    people = User.objects.filter(is_active=True, kind=Kind.PERSON)
    named = sorted(people, key=lambda one: (str(one).casefold(), one.username))
    return [(f"person:{one.pk}", f"{one} ({one.username})") for one in named]


class GiveForm(forms.Form):
    """Who is given what on a service."""

    who = WhoField(label="To whom", error_messages={"required": "Choose a person or a team."})
    what = forms.CharField(
        label="What",
        error_messages={"required": "Choose a right or a role."},
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        groups = [(f"team:{one.pk}", one.name) for one in teams()]
        parts = parts_offered()
        choose = ("", "Choose …")
        self.fields["who"].widget.choices = [
            choose, ("Teams", groups), ("People", people_to_name()),
        ]  # fmt: skip
        self.fields["what"].widget.choices = [
            choose,
            ("Rights", _named(one for one in parts if not isinstance(one, Role))),
            ("Sign-off roles", _named(one for one in parts if isinstance(one, Role))),
        ]

    def clean_what(self) -> Part:
        part = part_called(self.cleaned_data["what"])
        if part is None:
            raise forms.ValidationError("Choose one of the rights and sign-off roles listed.")
        return part


def _named(parts: Iterable[Part]) -> list[tuple[str, str]]:
    return [(key_of(part), title_of(part)) for part in parts]


class MemberForm(forms.Form):
    who = WhoField(label="Person to add", error_messages={"required": "Choose a person."})

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        choices = [("", "Choose …"), *people_to_name()]
        self.fields["who"].widget.choices = choices

    def clean_who(self) -> User:
        who = self.cleaned_data["who"]
        if not isinstance(who, User):
            raise forms.ValidationError("Choose a person; a team has no teams in it.")
        return who


class PasswordByLinkForm(SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NewPasswordForm(PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def dress(form: forms.Form) -> None:
    """Django's own forms in the portal's clothes."""
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-control"
    form.fields["new_password1"].help_text = PASSWORD_HINT
