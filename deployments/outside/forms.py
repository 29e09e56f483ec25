"""What administrators type about a connection; shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from connections.credentials import MOST, Credential
from connections.enums import CredentialKind
from connections.models import (
    Connection,
    validate_authorities,
    validate_base_url,
    validate_ranges,
)
from deployments.access.forms import RESERVED, KeyField, ShortField
from deployments.models import Service
from deployments.outside.declaring import Told, Wanted

CONTROL = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}
WHERE = ("title", "key", "base_url", "permitted_ranges", "authorities")
CREDENTIAL = ("credential_kind", "credential_name", "secret")
KINDS = [
    (CredentialKind.NONE, "None"),
    (CredentialKind.BEARER, "Bearer token"),
    (CredentialKind.BASIC, "Name and password"),
    (CredentialKind.HEADER, "One header"),
]


class RangesField(forms.CharField):
    """Address ranges, one a line."""

    widget = forms.Textarea(attrs={**CONTROL, "rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        validate_ranges(value)


class ConnectionForm(forms.Form):
    title = ShortField(Connection, "title", label="Title")
    key = KeyField(Connection)
    base_url = ShortField(
        Connection, "base_url", label="Base address", validators=[validate_base_url],
        help_text="Scheme, host, port and path, such as https://metrics.example.org:9090/api;"
        " requests stay below it.",
    )  # fmt: skip
    permitted_ranges = RangesField(
        label="Private ranges it may reach",
        required=False,
        help_text="One a line, such as 10.1.0.0/16. Empty: public addresses only.",
    )
    authorities = forms.CharField(
        label="Own certificate authorities",
        required=False,
        max_length=100_000,
        validators=[validate_authorities],
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        help_text="Certificates in PEM, trusted there beside the public ones.",
    )
    every_service = forms.BooleanField(
        label="Every service, those of later too",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    services = forms.ModelMultipleChoiceField(
        label="Or only these services",
        queryset=Service.objects.all(),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    may_be_posted_to = forms.BooleanField(
        label="May be posted to, by the chat channels of these services",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        help_text="Their release managers choose the path below it, and it is posted to with the"
        " credential. Otherwise it is only asked.",
    )
    credential_kind = forms.ChoiceField(
        label="Credential", choices=KINDS, widget=forms.Select(attrs={"class": "form-select"})
    )
    credential_name = forms.CharField(
        label="Name",
        required=False,
        max_length=MOST,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="The name that goes with a password, or that of the header, such as X-Api-Key.",
    )
    secret = forms.CharField(
        label="Token, password or value of the header",
        required=False,
        strip=False,
        max_length=MOST,
        widget=forms.PasswordInput(attrs={**CONTROL, "autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown again.",
    )

    def __init__(self, data: Any = None, *, connection: Connection | None = None) -> None:
        super().__init__(data, initial=_initial(connection) if connection else None)
        if connection:
            self.fields["key"].disabled = True
            if connection.sealed_credential:
                self.fields["secret"].help_text = (
                    "One is kept and never shown. Leave name and secret empty to keep it; it is"
                    " asked for again where the host changes."
                )

    def fields_called(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def where(self) -> list[forms.BoundField]:
        return self.fields_called(WHERE)

    @property
    def credential(self) -> list[forms.BoundField]:
        return self.fields_called(CREDENTIAL)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if key in RESERVED:
            raise ValidationError(f"“{key}” is an address of this portal; choose another.")
        return key

    def clean_authorities(self) -> str:
        return "\n".join(self.cleaned_data["authorities"].split("\r\n")).strip()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("every_service") and not cleaned.get("services"):
            self.add_error("services", "Choose a service, or tick that it is for every one.")
        try:
            cleaned["wanted"] = _wanted(
                CredentialKind(cleaned.get("credential_kind", CredentialKind.NONE)),
                cleaned.get("credential_name", ""),
                cleaned.get("secret", ""),
            )
        except ValueError as error:
            self.add_error("secret", str(error))
        return cleaned

    def told(self) -> Told:
        given = self.cleaned_data
        every = given["every_service"]
        return Told(
            title=given["title"],
            base_url=given["base_url"],
            permitted_ranges=given["permitted_ranges"],
            authorities=given["authorities"],
            every_service=every,
            service_keys=[] if every else sorted(one.key for one in given["services"]),
            may_be_posted_to=given["may_be_posted_to"],
        )

    def wanted(self) -> Wanted:
        wanted: Wanted = self.cleaned_data["wanted"]
        return wanted


def _wanted(kind: CredentialKind, name: str, secret: str) -> Wanted:
    """Raises `ValueError` with a sentence that says nothing of what was typed as secret."""
    if not name and not secret:
        return Wanted(kind)
    if kind == CredentialKind.NONE:
        raise ValueError("Choose what kind of credential this is, or leave name and secret empty.")
    if kind == CredentialKind.BEARER and name:
        raise ValueError("A bearer token has no name; leave the name empty.")
    if not secret:
        raise ValueError("Type the secret too; a name alone changes nothing.")
    kept = secret if kind == CredentialKind.BASIC else secret.strip()
    return Wanted(kind, Credential(kind, kept, name))


def _initial(connection: Connection) -> dict[str, Any]:
    names = (*WHERE, "every_service", "may_be_posted_to")
    return {
        **{name: getattr(connection, name) for name in names},
        "services": connection.service_keys,
        "credential_kind": connection.credential_kind,
    }
