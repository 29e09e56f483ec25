"""What is typed about stakeholders: one, many in one text, and oneself by a link; shape only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from communications.models import Stakeholder
from communications.models.stakeholders import LANGUAGE
from communications.subscriptions import pasting, policies
from communications.subscriptions.listing import Entry
from deployments.access.forms import ZonedForm
from deployments.exceptions import Refused
from deployments.models import Service

CONTROL = {"class": "form-control", "autocomplete": "off"}
WHAT_LANGUAGE_DOES = (
    "Days and months in mails are written in it, and marked as words of it. "
    "The sentences are in English only, for now."
)


class OneLineField(forms.CharField):
    """A line break in it is refused with a sentence, and never made a space in silence."""

    def __init__(self, judge: Callable[[str], Refused | None], **options: Any) -> None:
        widget = forms.TextInput(attrs={**CONTROL, **options.pop("attrs", {})})
        super().__init__(required=False, widget=widget, **options)
        self._judge = judge
        # The judge says it in a sentence of its own.
        self.validators = []

    def validate(self, value: str) -> None:
        if refusal := self._judge(value):
            raise ValidationError(refusal.sentence)


class ReaderForm(ZonedForm):
    """In which language and zone somebody reads."""

    language = forms.ChoiceField(
        label="Language",
        choices=settings.LANGUAGES,
        initial=LANGUAGE,
        help_text=WHAT_LANGUAGE_DOES,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    field_order = ["name", "address", "lines", "language", "zone"]


class StakeholderForm(ReaderForm):
    name = OneLineField(policies.refusal_of_name, label="Name")
    address = OneLineField(
        policies.refusal_of_listed_address,
        label="Mail address",
        attrs={"inputmode": "email", "spellcheck": "false"},
    )

    def __init__(
        self, service: Service, data: Any = None, entry: Stakeholder | None = None
    ) -> None:
        names = ("name", "address", "language", "zone")
        initial = {name: getattr(entry, name) for name in names} if entry else {}
        super().__init__(data, initial=initial)
        self._listed = policies.listed_in(service, besides=entry)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if name := self._listed.get(address.lower()):
            raise ValidationError(policies.refusal_by_entry(address, name).sentence)
        return address

    def entry(self) -> Entry:
        return Entry(
            **{name: self.cleaned_data[name] for name in ("name", "address", "language", "zone")}
        )


class PasteForm(ReaderForm):
    lines = forms.CharField(
        label="Stakeholders, one a line",
        help_text="Such as Ann Smith <ann@example.org>, or the address alone.",
        widget=forms.Textarea(attrs={**CONTROL, "rows": 10, "spellcheck": "false"}),
        error_messages={
            "required": "Paste at least one line.",
            "null_characters_not_allowed": "The text contains a NUL character; remove it.",
        },
    )

    def __init__(self, service: Service, data: Any = None) -> None:
        super().__init__(data)
        self._listed = policies.listed_in(service)

    def clean_lines(self) -> list[tuple[str, str]]:
        pasted = pasting.read(self.cleaned_data["lines"], self._listed)
        if pasted.problems:
            raise ValidationError(pasted.said)
        if refusal := policies.refusal_of_number(len(pasted.named)):
            raise ValidationError(refusal.sentence)
        return pasted.named

    def entries(self) -> list[Entry]:
        said = self.cleaned_data
        return [
            Entry(name, address, said["language"], said["zone"]) for name, address in said["lines"]
        ]
