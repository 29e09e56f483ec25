"""To whom something is given: a person or a team, chosen from a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from accounts.enums import Kind
from accounts.models import Role, User
from deployments.access.holders import teams
from deployments.access.parts import Part, key_of, part_called, parts_offered, title_of

WHO = re.compile(r"(person|team):([0-9]{1,18})")


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
