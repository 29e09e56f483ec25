"""The settings of a kind as the fields of a form, made from what the kind declares."""

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from django import forms
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from connections.commands import command_names
from connections.models import Connection
from connections.repositories import repository_names
from connections.services import sentence_of_another_service
from gates.declared import Settings

CONTROL = {"class": "form-control"}
SELECT = {"class": "form-select"}
# Settings that name what an administrator declared in a file.
DECLARED: dict[str, Callable[[], list[str]]] = {
    "command": command_names,
    "repository": repository_names,
}


class Lines(forms.CharField):
    """One entry a line, kept as a list."""

    widget = forms.Textarea(attrs={**CONTROL, "rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


def fields_of(settings: type[Settings], service_key: str) -> dict[str, forms.Field]:
    """One field for each setting, in the order in which the kind names them.

    Of connections those are offered that are for this service.
    """
    return {name: _field(name, info, service_key) for name, info in settings.model_fields.items()}


def _field(name: str, info: FieldInfo, service_key: str) -> forms.Field:
    common: dict[str, Any] = {
        "label": info.title or name,
        "help_text": info.description or "",
        "required": info.is_required(),
        "initial": None if info.default is PydanticUndefined else info.default,
    }
    if name == "connection":
        return forms.ModelChoiceField(
            queryset=Connection.objects.for_service(service_key),
            to_field_name="key",
            empty_label="None: a public address",
            widget=forms.Select(attrs=SELECT),
            error_messages={"invalid_choice": sentence_of_another_service("%(value)s")},
            **common,
        )
    if name in DECLARED:
        return _one_of(DECLARED[name](), common)
    return _by_type(info, common)


def _one_of(names: list[str], common: dict[str, Any]) -> forms.Field:
    """One of what an administrator declared."""
    none = "Choose" if common["required"] else "None"
    choices = [("", none if names else "None is declared"), *((name, name) for name in names)]
    return forms.ChoiceField(choices=choices, widget=forms.Select(attrs=SELECT), **common)


def _by_type(info: FieldInfo, common: dict[str, Any]) -> forms.Field:
    kind = _plain_type(info.annotation)
    if kind is bool:
        box = forms.CheckboxInput(attrs={"class": "form-check-input"})
        return forms.BooleanField(widget=box, **{**common, "required": False})
    if kind in (int, float):
        least: Any = next((one.ge for one in info.metadata if isinstance(one, Ge)), None)
        most: Any = next((one.le for one in info.metadata if isinstance(one, Le)), None)
        number = forms.IntegerField if kind is int else forms.FloatField
        widget = forms.NumberInput(attrs={**CONTROL, **({} if kind is int else {"step": "any"})})
        return number(min_value=least, max_value=most, widget=widget, **common)
    if get_origin(kind) is Literal:
        choices = [(value, str(value) or "None") for value in get_args(kind)]
        return forms.ChoiceField(choices=choices, widget=forms.Select(attrs=SELECT), **common)
    if get_origin(kind) in (list, tuple):
        return Lines(**common)
    longest = next((one.max_length for one in info.metadata if isinstance(one, MaxLen)), None)
    return forms.CharField(max_length=longest, widget=forms.TextInput(attrs=CONTROL), **common)


def _plain_type(annotation: Any) -> Any:
    """The type without “or None”."""
    given = [one for one in get_args(annotation) if one is not type(None)]
    return given[0] if type(None) in get_args(annotation) else annotation
