"""How one item is entered, with everything that can be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from checklists import moments
from checklists.commands import Command, as_text, from_text
from checklists.enums import Phase
from checklists.models import Item, Section
from checklists.plan import ItemPlan
from connections.commands import command_names
from dashboard.plan.fields import KINDS, boxed, chosen, due_said, owner_said, owners
from dashboard.plan.forms import CONTROL, NUMBER, SELECT, PlanForm, lines, words
from deployments.models import Deployment


class ItemForm(PlanForm):
    """One item with everything that can be said of it."""

    folded = ("commands", "runs", "after", "choices", "condition")
    text = words("Text", required=False)
    section = chosen("Section")
    kind = chosen("Kind", KINDS)
    phase = chosen("Phase", Phase.choices)
    owner = chosen("Owner", required=False)
    due = forms.CharField(
        label="Due", required=False, max_length=80, widget=forms.TextInput(attrs=CONTROL),
        help_text="Such as 26 h before T0, 30 min after start, at completion.",
    )  # fmt: skip
    planned_minutes = forms.IntegerField(
        label="Planned minutes", required=False, min_value=1, max_value=100_000, widget=NUMBER
    )
    required = boxed("Required: it has to be closed, or left out by two people", initial=True)
    evidence_demanded = boxed("It is not closed without evidence")
    irreversible = boxed("It cannot be undone")
    commands = words(
        "Commands", rows=3, required=False, strip=False, max_length=20_000,
        help_text="One as it is; several each between lines of ```.",
    )  # fmt: skip
    runs = chosen(
        "Command that a worker runs", required=False,
        help_text="For a step: declared by the administrator; its result decides done or failed.",
    )  # fmt: skip
    after = forms.MultipleChoiceField(
        label="Comes after", required=False,
        widget=forms.SelectMultiple(attrs={**SELECT, "size": 5}),
        error_messages={"invalid_choice": "Choose items of this deployment."},
        help_text="A step waits until these are done.",
    )  # fmt: skip
    choices = words(
        "Exclusive choices", required=False,
        help_text="One in each line; exactly one of them is chosen. Leave it empty for a tick.",
    )  # fmt: skip

    condition = forms.CharField(
        label="Judged by", required=False, widget=forms.TextInput(attrs=CONTROL),
        error_messages={"null_characters_not_allowed": "A condition has no NUL character."},
        help_text="For a success criterion: such as cache_hit_rate > 85 %, held against what was "
        "measured when the watch ends. Without one, a person judges it.",
    )  # fmt: skip

    def __init__(
        self,
        data: Any = None,
        *,
        deployment: Deployment,
        plan: ItemPlan | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, deployment=deployment, plan=plan, asked=asked)
        self._sections = {
            str(one.pk): one
            for one in Section.objects.filter(deployment=deployment).order_by("position")
        }
        self._items = {
            str(one.pk): one
            for one in Item.objects.filter(deployment=deployment)
            .select_related("section")
            .order_by("section__position", "position")
        }
        some: Any = self.fields
        some["section"].choices = [(pk, one.heading) for pk, one in self._sections.items()]
        some["after"].choices = [(pk, one.text[:100]) for pk, one in self._items.items()]
        some["owner"].choices = owners(deployment, beside=plan.owner if plan else None)
        names = {*command_names(), *([plan.runs] if plan and plan.runs else [])}
        some["runs"].choices = [("", "none: people do it"), *((one, one) for one in sorted(names))]

    def values(self, plan: Any) -> dict[str, Any]:
        role, person = plan.owner_role, plan.owner
        return {
            **super().values(plan),
            "section": str(plan.section.pk),
            "owner": f"role:{role.key}" if role else f"person:{person.username}" if person else "",
            "due": moments.in_words(plan.due_anchor, plan.due_offset),
            "commands": as_text(list(plan.commands)),
            "after": [str(one.pk) for one in plan.after],
            "choices": "\n".join(plan.choices),
        }

    def clean_due(self) -> tuple[str, Any]:
        return due_said(self, "due")

    def plan(self) -> ItemPlan:
        said = self.cleaned_data
        anchor, offset = said["due"]
        return ItemPlan(
            section=self._sections[said["section"]],
            text=said["text"],
            kind=said["kind"],
            phase=said["phase"],
            required=said["required"],
            evidence_demanded=said["evidence_demanded"],
            irreversible=said["irreversible"],
            commands=self._commands(said["commands"]),
            runs=said["runs"],
            after=frozenset(self._items[pk] for pk in said["after"]),
            choices=tuple(one.strip() for one in said["choices"].splitlines() if one.strip()),
            planned_minutes=said["planned_minutes"],
            condition=said["condition"].strip(),
            due_anchor=anchor,
            due_offset=offset,
            **owner_said(said["owner"]),
        )

    def _commands(self, said: str) -> tuple[Command, ...]:
        """Read anew only if they were typed anew."""
        now = self.now.commands if isinstance(self.now, ItemPlan) else ()
        return now if said == lines(as_text(list(now))) else tuple(from_text(said))
