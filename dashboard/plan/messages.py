"""How a line of the message plan is entered: when in words, to whom, and what it says besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from communications.definitions import PlanLine
from communications.enums import IN_A_PLAN
from communications.plan.typed import TypedLine, fields_of
from communications.whom import aims
from dashboard.plan.fields import chosen
from dashboard.plan.forms import CONTROL, PlanForm, words
from deployments.models import Deployment


class MessageForm(TypedLine, PlanForm):
    folded: ClassVar[tuple[str, ...]] = ("audience", "addresses")
    folded_title = "Only some are told, or others besides"
    title = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs=CONTROL),
        error_messages={"null_characters_not_allowed": "A title has no NUL character."},
        help_text="How it is called here; the subject of the mail is written by its kind.",
    )  # fmt: skip
    kind = chosen("Kind", [(one.value, one.label) for one in IN_A_PLAN])
    when = forms.CharField(
        label="Leaves", max_length=80, widget=forms.TextInput(attrs=CONTROL),
        help_text="Such as 24 h before T0, at completion, or in the planner's own time: the day "
        "before T0 at 09:00.",
    )  # fmt: skip
    text = words(
        "Words of your own", rows=4, required=False,
        help_text="They stand below what the mail says by itself. Left empty, it says no more.",
    )  # fmt: skip
    audience = forms.MultipleChoiceField(
        label="Only to", required=False,
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 6}),
        error_messages={"invalid_choice": "Choose from the list."},
        help_text="Nothing chosen: everybody with a part in this service's releases.",
    )  # fmt: skip
    addresses = words(
        "Further addresses", rows=2, required=False, help_text="One in each line.",
    )  # fmt: skip

    def __init__(
        self,
        data: Any = None,
        *,
        deployment: Deployment,
        plan: PlanLine | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, deployment=deployment, plan=plan, asked=asked)
        audience: Any = self.fields["audience"]
        audience.choices = aims.choices(deployment.service, besides=plan.audience if plan else ())

    @property
    def usual(self) -> dict[str, Any]:
        return {"audience": "", "addresses": ""}

    def values(self, plan: PlanLine) -> dict[str, Any]:
        return fields_of(plan)

    def plan(self) -> PlanLine:
        return self.line()
