"""What is entered on the day: answers, hand-overs, added steps, stops and rollbacks."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import FreshForm
from accounts.models import User
from checklists import services
from checklists.commands import from_text
from checklists.day.policies import is_running, may_receive
from checklists.enums import Answer, Kind
from checklists.models import Item
from checklists.services.adding import LONGEST_TEXT, AdHoc
from deployments.mentions import people_of
from deployments.models import Deployment, Event
from deployments.policies import rights_of

CONTROL = {"class": "form-control", "autocomplete": "off"}
AREA = {"class": "form-control", "rows": 3}
BOX = {"class": "form-check-input"}
LONGEST = 2000


def sentences(label: str, required: str = "", **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=bool(required),
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": required} if required else None,
        **options,
    )


class AnswerStepForm(forms.Form):
    to = forms.ChoiceField(
        label="How does it go on?",
        choices=Answer.choices,
        widget=forms.RadioSelect(attrs=BOX),
        error_messages={
            "required": "Choose how it goes on.",
            "invalid_choice": "That is no way to go on; choose one of the list.",
        },
    )
    reason = sentences("Why", help_text="Needed unless it is only tried again.")
    seen = forms.CharField(required=False, max_length=300)

    def say(self, item: Item, actor: User) -> Event | None:
        said = self.cleaned_data
        return services.answer(
            item.deployment_id,
            item.pk,
            Answer(said["to"]),
            actor=actor,
            reason=said["reason"],
            seen=said["seen"] or None,
        )


class BeginForm(forms.Form):
    confirmed = forms.BooleanField(
        label="I have read what it closes off; it may begin.",
        widget=forms.CheckboxInput(attrs=BOX),
        error_messages={"required": "Say that you have read what it closes off."},
    )
    seen = forms.CharField(required=False, max_length=300)


class HandOverForm(forms.Form):
    to = forms.ChoiceField(
        label="To whom?",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Choose who takes it.",
            "invalid_choice": "Choose somebody who may act on this service.",
        },
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

    def __init__(self, *args: Any, deployment: Deployment, me: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = sorted(people_of(deployment.service), key=str)
        self._people = {
            str(one.pk): one for one in people if may_receive(rights_of(one, deployment.service))
        }
        to: Any = self.fields["to"]
        to.choices = [
            (pk, f"{one} (me)" if one == me else str(one)) for pk, one in self._people.items()
        ]

    @property
    def receiver(self) -> User:
        return self._people[self.cleaned_data["to"]]


class AddStepForm(forms.Form):
    """After which step is not asked where the runbook that runs has none yet."""

    text = forms.CharField(
        label="What is to be done",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={**AREA, "rows": 2}),
        error_messages={"required": "Write what is to be done."},
    )
    after = forms.ChoiceField(
        label="It comes after",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Choose the step after which it comes.",
            "invalid_choice": "Choose a step of the runbook that runs now.",
        },
    )
    planned_minutes = forms.IntegerField(
        label="Planned minutes (may be left out)",
        required=False,
        min_value=1,
        max_value=10_000,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    commands = forms.CharField(
        label="Commands to copy (may be left out)",
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={**AREA, "spellcheck": "false"}),
    )
    required = forms.BooleanField(
        label="Required: it has to be done before the runbook ends",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs=BOX),
    )
    irreversible = forms.BooleanField(
        label="It cannot be undone", required=False, widget=forms.CheckboxInput(attrs=BOX)
    )

    def __init__(self, *args: Any, deployment: Deployment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = deployment.items.filter(kind__in=[Kind.STEP, Kind.ROLLBACK_STEP])
        here = [
            one for one in steps.order_by("position") if is_running(one.phase, deployment.state)
        ]
        if not here:
            del self.fields["after"]
            return
        after: Any = self.fields["after"]
        after.choices = [(str(one.pk), one.text[:100]) for one in here]
        begun = [one for one in here if one.is_closed or one.started_at]
        self.initial.setdefault("after", str(begun[-1].pk) if begun else "")

    def step(self) -> AdHoc:
        said = self.cleaned_data
        return AdHoc(
            text=said["text"],
            after=int(said["after"]) if "after" in said else None,
            required=said["required"],
            irreversible=said["irreversible"],
            planned_minutes=said["planned_minutes"],
            commands=tuple(from_text(said["commands"])),
        )


class StopForm(FreshForm):
    field_order = ["note", "password"]
    note = sentences(
        "How is the environment left?",
        "Say how the environment was left; the next deployment there shows it.",
        help_text="What runs there now, what is half done, what nobody may touch.",
    )


class RollBackForm(forms.Form):
    reason = sentences(
        "Why is it rolled back?",
        "Say why it is rolled back; everybody who was told of the start reads it.",
    )
    aware = forms.BooleanField(
        label="I know what the way back does not bring back.",
        required=False,
        widget=forms.CheckboxInput(attrs=BOX),
    )
