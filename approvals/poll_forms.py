"""Answering in the poll, writing answers down, and who is polled at all."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Role, User
from approvals.enums import Verdict
from approvals.forms import RADIOS
from approvals.models import PolledRole
from approvals.policies.polling import LONGEST_REMARK
from approvals.rollcall import is_held
from deployments.forms import NamedField
from deployments.models import Deployment

LINE = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
TOO_LONG = {"max_length": f"The line has at most {LONGEST_REMARK} characters."}


class AnswerForm(forms.Form):
    """One word for a role; whoever holds back or refuses says in one line why."""

    word = forms.ChoiceField(
        label="The answer",
        choices=Verdict.choices,
        widget=RADIOS,
        error_messages={"required": "Choose GO, HOLD or NO-GO."},
    )
    remark = forms.CharField(
        label="In one line (HOLD and NO-GO say why)",
        required=False,
        max_length=LONGEST_REMARK,
        widget=LINE,
        error_messages=TOO_LONG,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        word = cleaned.get("word")
        if word and word != Verdict.GO and not cleaned.get("remark", "").strip():
            label = Verdict(word).label
            self.add_error("remark", f"Say in one line why it is {label}.")
        return cleaned


class VoiceForm(AnswerForm):
    """What a holder of the role says on the call."""

    field_order = ["person", "word", "remark"]
    person = NamedField(
        label="Who says it",
        queryset=User.objects.none(),
        to_field_name="username",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Say whose answer it is.",
            "invalid_choice": "Choose somebody who holds this role.",
        },
    )

    def __init__(self, holders: list[User], data: Any = None) -> None:
        super().__init__(data)
        people: Any = self.fields["person"]
        people.queryset = User.objects.filter(pk__in=[one.pk for one in holders])
        people.empty_label = None if len(holders) == 1 else "Choose …"


class PollForm(forms.Form):
    """Whether a poll is held, and of whom."""

    is_on = forms.BooleanField(
        label="Hold a poll before the decision",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    roles = forms.ModelMultipleChoiceField(
        label="Roles with the final word; none of them: all that sign",
        queryset=Role.objects.all(),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "Choose among the sign-off roles of this portal."},
    )
    sure = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, deployment: Deployment, data: Any = None) -> None:
        named = PolledRole.objects.filter(deployment=deployment)
        roles = list(named.values_list("role__key", flat=True))
        super().__init__(data, initial={"is_on": is_held(deployment), "roles": roles})
