"""To whom a preview is written, and the words of one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms

from communications.whom.audience import Recipient
from deployments.canonical import digest

REGISTERS = [("", "As this reader gets it"), ("plain", "Plain"), ("technical", "Technical")]
LENGTH_OF_KEY = 16


def key_of(reader: Recipient) -> str:
    """Names a reader in an address of a page without saying their own."""
    return digest({"address": reader.address.lower()})[:LENGTH_OF_KEY]


class ReaderForm(forms.Form):
    """What it cannot read it leaves as usual: a preview refuses nothing."""

    reader_key = forms.ChoiceField(
        label="As it reaches", required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    register = forms.ChoiceField(
        label="Register", required=False, choices=REGISTERS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip

    def __init__(self, asked: Mapping[str, str], *, recipients: Sequence[Recipient]) -> None:
        super().__init__(dict(asked), auto_id="preview_%s")
        self._known = {key_of(one): one for one in recipients}
        reader: Any = self.fields["reader_key"]
        reader.choices = [
            ("", "me"),
            *((key, f"{one.name} ({one.zone})") for key, one in self._known.items()),
        ]
        self.is_valid()

    @property
    def reader(self) -> Recipient | None:
        return self._known.get(self.cleaned_data.get("reader_key", ""))

    def is_technical(self, usual: bool) -> bool:
        return {"plain": False, "technical": True}.get(self.cleaned_data.get("register", ""), usual)

    @property
    def query(self) -> str:
        said = {name: value for name, value in self.cleaned_data.items() if value}
        return f"?{urlencode(said)}" if said else ""


class WordsForm(forms.Form):
    text = forms.CharField(
        label="Words of your own", required=False, strip=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 5}),
        error_messages={
            "null_characters_not_allowed": "The text contains a NUL character; remove it."
        },
    )  # fmt: skip
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def clean_text(self) -> str:
        """As it is kept: its lines end as the portal's own do, not as browsers send them."""
        return "\n".join(str(self.cleaned_data["text"]).splitlines())
