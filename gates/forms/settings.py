"""The settings of one kind of gate as a person writes them, checked by the kind itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.http import QueryDict

from connections.exceptions import Blocked
from connections.services import connection_for
from deployments import clock
from deployments.models import Service
from gates.declared import Circumstances
from gates.enums import Kind
from gates.forms.fields import CONTROL, fields_of
from gates.kinds import KINDS


class AskedForm(forms.Form):
    """The settings of one kind alone."""

    def of_kind(self, kind: str, service: Service, *, without: Collection[str] = ()) -> None:
        """Take the fields of this kind; said once, before anything is asked of the form."""
        self.kind = kind
        self.service = service
        self.declared = KINDS[kind]
        fields = fields_of(self.declared.settings, service.key)
        self.own = {name: field for name, field in fields.items() if name not in without}
        self.fields = {**self.fields, **self.own}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        if "connection" in self.own and not cleaned.get("connection"):
            cleaned["connection"] = connection_for(cleaned.get("url") or "", self.service.key)
        try:
            wanted = self.declared.settings.read(self.settings(cleaned))
            connection = cleaned.get("connection")
            wanted.target(Circumstances(clock.now(), connection.place if connection else None))
        except Blocked as blocked:
            self.add_error("url" if "url" in self.own else None, blocked.sentence)
        except ValueError as error:
            self.add_error(None, str(error))
        return cleaned

    def settings(self, cleaned: dict[str, Any] | None = None) -> dict[str, Any]:
        """What differs from the kind's usual settings."""
        given = self.cleaned_data if cleaned is None else cleaned
        fields = self.declared.settings.model_fields
        found = {name: given.get(name) for name in self.own}
        if connection := found.get("connection"):
            found["connection"] = connection.key
        return {
            name: value
            for name, value in found.items()
            if value not in (None, "") and value != fields[name].default
        }


class SettingsForm(AskedForm):
    """The settings of one kind, and the condition on what it finds."""

    condition = forms.CharField(
        required=False, max_length=200, widget=forms.TextInput(attrs=CONTROL)
    )

    def of_kind(self, kind: str, service: Service, *, without: Collection[str] = ()) -> None:
        super().of_kind(kind, service, without=without)
        names = ", ".join(self.declared.numbers)
        self.fields["condition"].help_text = (
            f"Optional, on one of: {names}; such as “{next(iter(self.declared.numbers))} <= 5”."
            if names
            else "Optional, such as “error_rate < 1 %”. The name is yours."
        )

    def clean(self) -> dict[str, Any]:
        is_whole = not self.errors
        cleaned = super().clean()
        said = cleaned.get("condition", "")
        if is_whole and (why := self.declared.refusal_of(said, self.settings(cleaned))):
            self.add_error("condition", why)
        return cleaned


class TryForm(SettingsForm):
    """What is tried out: the fields of the kind that the form is about."""

    def __init__(self, data: QueryDict, service: Service) -> None:
        super().__init__(data)
        said = data.get("kind_of_gate", "")
        self.of_kind(said if said in KINDS else Kind.REPORTED, service)
