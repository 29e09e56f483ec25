"""How several items are entered at once: as lines, or by what they are to have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django import forms

from checklists.enums import DEFAULT_PHASE, Kind, Phase
from checklists.models import Item, Section
from checklists.plan import ItemPlan
from dashboard.plan.fields import KINDS, boxed, chosen, due_said, owner_said, owners
from dashboard.plan.forms import CONTROL, KnownForm, PlanForm, words
from deployments.models import Deployment

AS_IS = ("", "as it is")
BULLET = ("- [ ] ", "* [ ] ", "- ", "* ", "[ ] ")


class LinesForm(PlanForm):
    """New items of one kind, one in each line."""

    lines = words("New items, one in each line", rows=3, required=False)
    section = chosen("Section")
    kind = chosen("Kind", KINDS, initial=Kind.CHECK.value)
    required = boxed("Required", initial=True)

    def __init__(
        self,
        data: Any = None,
        *,
        deployment: Deployment,
        plan: None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, deployment=deployment, asked=asked)
        rows = Section.objects.filter(deployment=deployment).order_by("position")
        self._sections = {str(one.pk): one for one in rows}
        section: Any = self.fields["section"]
        section.choices = [(pk, one.heading) for pk, one in self._sections.items()]
        section.initial = next(iter(self._sections), None)

    def plans(self) -> list[ItemPlan]:
        said = self.cleaned_data
        texts = [_without_bullet(line) for line in said["lines"].splitlines()]
        return [
            ItemPlan(
                section=self._sections[said["section"]],
                text=text,
                kind=said["kind"],
                phase=DEFAULT_PHASE[Kind(said["kind"])],
                required=said["required"],
            )
            for text in texts
            if text
        ]


def _without_bullet(line: str) -> str:
    text = line.strip()
    mark = next((one for one in BULLET if text.startswith(one)), "")
    return text.removeprefix(mark).strip()


class SeveralForm(KnownForm):
    """What several items are to have in common; a field left as it is changes nothing."""

    item = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.MultipleHiddenInput,
        error_messages={"required": "Mark the items first.",
                        "invalid_choice": "One of these items is no longer in the plan."},
    )  # fmt: skip
    required = chosen("Required", [AS_IS, ("yes", "required"), ("no", "optional")], required=False)
    evidence = chosen(
        "Evidence", [AS_IS, ("yes", "demanded"), ("no", "not demanded")], required=False
    )
    phase = chosen("Phase", [AS_IS, *Phase.choices[:3]], required=False)
    section = chosen("Section", required=False)
    owner = chosen("Owner", required=False)
    due = forms.CharField(
        label="Due", required=False, max_length=80,
        widget=forms.TextInput(attrs={**CONTROL, "placeholder": "as it is"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, deployment: Deployment) -> None:
        super().__init__(data, auto_id="several_%s")
        rows = Section.objects.filter(deployment=deployment).order_by("position")
        self._sections = {str(one.pk): one for one in rows}
        some: Any = self.fields
        some["section"].choices = [
            AS_IS,
            *((pk, one.heading) for pk, one in self._sections.items()),
        ]
        some["owner"].choices = [AS_IS, ("nobody", "nobody"), *owners(deployment)[1:]]
        keys = Item.objects.filter(deployment=deployment).values_list("pk", flat=True)
        some["item"].choices = [(pk, pk) for pk in keys]

    def clean_due(self) -> tuple[str, Any]:
        return due_said(self, "due")

    def alter(self) -> Callable[[ItemPlan], ItemPlan]:
        said = self.cleaned_data
        changes: dict[str, Any] = {}
        for field, name in (("required", "required"), ("evidence", "evidence_demanded")):
            if said[field]:
                changes[name] = said[field] == "yes"
        if said["phase"]:
            changes["phase"] = said["phase"]
        if said["section"]:
            changes["section"] = self._sections[said["section"]]
        if said["owner"]:
            changes |= owner_said(said["owner"])
        if said["due"][0]:
            changes["due_anchor"], changes["due_offset"] = said["due"]
        return lambda plan: replace(plan, **changes)
