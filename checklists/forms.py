"""What people say of an item: what became of it, and what shows that."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from accounts.models import User
from checklists import services
from checklists.enums import CLOSED, EvidenceKind, ItemState
from checklists.evidence import Given
from checklists.models import Item
from checklists.policies import LEFT_OUT, refusal_by_judgment
from deployments.models import Event

CONTROL = {"class": "form-control"}
PLAIN = RegexValidator(
    r"\A[+-]?[0-9]{1,14}(\.[0-9]{1,6})?\Z",
    "Enter a plain decimal number, such as 99.5; its unit goes beside it.",
)


class EvidenceForm(forms.Form):
    kind: EvidenceKind

    def given(self) -> Given:
        return Given(self.kind, **self.cleaned_data)


class TextForm(EvidenceForm):
    kind = EvidenceKind.TEXT
    text = forms.CharField(
        label="What you saw",
        max_length=10_000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 4}),
        error_messages={"required": "Write what you saw."},
    )


class LinkForm(EvidenceForm):
    kind = EvidenceKind.LINK
    url = forms.CharField(
        label="Link",
        max_length=2000,
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "url"}),
        help_text="Begins with http:// or https://.",
        error_messages={"required": "Enter the link, beginning with http:// or https://."},
    )


class NumberForm(EvidenceForm):
    kind = EvidenceKind.NUMBER
    number = forms.CharField(
        label="Measured number",
        max_length=22,
        validators=[PLAIN],
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "decimal"}),
        error_messages={"required": "Enter the number that was measured, such as 99.5."},
    )
    unit = forms.CharField(
        label="Unit (may be left out)",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=CONTROL),
    )

    def clean_number(self) -> Decimal:
        return Decimal(self.cleaned_data["number"])


class FileForm(EvidenceForm):
    kind = EvidenceKind.FILE
    file = forms.FileField(
        label="File (up to 20 MB)",
        widget=forms.FileInput(attrs=CONTROL),
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty; choose the file that shows it.",
        },
    )


FORMS: dict[EvidenceKind, type[EvidenceForm]] = {
    form.kind: form for form in (TextForm, LinkForm, NumberForm, FileForm)
}


CHOSEN = "chosen:"


class StateForm(forms.Form):
    """What became of an item; offered is what makes sense now, the services judge what is sent."""

    to = forms.ChoiceField(
        label="It is now",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={
            "required": "Choose what became of it.",
            "invalid_choice": "That is no choice of this item; choose one of the list.",
        },
    )
    reason = forms.CharField(
        label="Why",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}),
        help_text="Needed where it failed, is skipped or is not applicable.",
    )
    seen = forms.CharField(required=False, max_length=300)

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        words = [(f"{CHOSEN}{word}", f"Done: {word}") for word in item.choices]
        to.choices = [*words, *ItemState.choices]
        self.offer(item)

    def offer(self, item: Item) -> None:
        """Show what can follow the state that the item has now."""
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.widget.choices = offered(item)

    def say(self, actor: User) -> Event | None:
        to, place = self.cleaned_data["to"], (self.item.deployment_id, self.item.pk)
        seen, reason = self.cleaned_data["seen"] or None, self.cleaned_data["reason"]
        if to.startswith(CHOSEN):
            return services.choose(*place, to.removeprefix(CHOSEN), actor=actor, seen=seen)
        state = ItemState(to)
        say = services.leave_out if state in LEFT_OUT else services.set_state
        return say(*place, state, actor=actor, reason=reason, seen=seen)


def offered(item: Item) -> list[tuple[str, str]]:
    """What can follow the present state, in the order in which it usually does."""
    found = [(f"{CHOSEN}{one}", f"Done: {one}") for one in item.choices if one != item.chosen]
    states = [(state, WORDS[state]) for state in WORDS if state != item.state]
    if item.choices or refusal_by_judgment(item, ItemState.DONE):
        states = [one for one in states if one[0] != ItemState.DONE]
    if item.state in CLOSED:
        states = [one for one in states if one[0] in {ItemState.OPEN, ItemState.FAILED}]
    if item.asked_state:
        states = [one for one in states if one[0] not in LEFT_OUT]
    second = " (asks a second person to agree)" if item.required else ""
    return found + [
        (state.value, word + second if state in LEFT_OUT else word) for state, word in states
    ]


WORDS: dict[ItemState, str] = {
    ItemState.IN_PROGRESS: "Begun: somebody is at it",
    ItemState.DONE: "Done",
    ItemState.FAILED: "Failed",
    ItemState.SKIPPED: "Skipped",
    ItemState.NOT_APPLICABLE: "Not applicable",
    ItemState.OPEN: "Open again",
}


class AnswerForm(forms.Form):
    """A second person's word to an asking, with the reason if they decline."""

    answer = forms.ChoiceField(
        choices=[("agree", "Agree"), ("decline", "Decline")],
        error_messages={"required": "Agree or decline.", "invalid_choice": "Agree or decline."},
    )
    reason = forms.CharField(
        label="Why not (needed to decline)",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2, "id": "id_answer_reason"}),
    )
    seen = forms.CharField(required=False, max_length=300)

    def say(self, item: Item, actor: User) -> Event:
        said, place = self.cleaned_data, (item.deployment_id, item.pk)
        if said["answer"] == "agree":
            return services.agree(*place, actor=actor, seen=said["seen"])
        return services.decline(*place, actor=actor, reason=said["reason"], seen=said["seen"])


class SectionForm(forms.Form):
    """The items that a page showed; whether they can still be ticked is asked by the service."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item_ids: set[int] = set()

    def clean(self) -> None:
        sent = self.data.getlist("item") if isinstance(self.data, QueryDict) else []
        if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in sent):
            raise forms.ValidationError("This list names something that is no item; open it anew.")
        self.item_ids = {int(one) for one in sent}
