"""How items are entered: one at a time, several lines at once, or several in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django import forms

from accounts.enums import Kind as Account
from accounts.models import Role, User
from checklists import moments
from checklists.commands import Command, as_text, from_text
from checklists.enums import DEFAULT_PHASE, Kind, Phase
from checklists.models import Item, Section
from checklists.plan import ItemPlan
from connections.commands import command_names
from dashboard.plan.forms import CONTROL, NUMBER, SELECT, KnownForm, PlanForm, lines, words
from deployments.exceptions import Invalid
from deployments.models import Deployment, Membership, ServiceGroupObjectPermission

KINDS = [(Kind.CHECK.value, "Check: somebody confirms it"),
         (Kind.STEP.value, "Step: it runs in order on the day"),
         (Kind.CRITERION.value, "Success criterion: it is judged afterwards"),
         (Kind.ROLLBACK_STEP.value, "Rollback step: part of the way back")]  # fmt: skip
NOBODY = ("", "Nobody in particular")
BULLET = ("- [ ] ", "* [ ] ", "- ", "* ", "[ ] ")


def boxed(label: str, **options: Any) -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"class": "form-check-input"})
    return forms.BooleanField(label=label, required=False, widget=widget, **options)


def chosen(label: str, choices: Any = (), **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "This is no choice here; choose one of the list."},
        **options,
    )


def owners(deployment: Deployment, *, beside: User | None = None) -> list[Any]:
    """Roles held for the service and people who see it; `beside` may stay the owner."""
    service = deployment.service
    groups = ServiceGroupObjectPermission.objects.filter(content_object=service)
    people = User.objects.filter(
        is_active=True, kind=Account.PERSON, groups__in=groups.values("group")
    ).distinct()
    held = Role.objects.filter(memberships__in=Membership.objects.filter(service=service))
    named = {one.username: str(one) for one in people.order_by("username")}
    if beside:
        named.setdefault(beside.username, f"{beside} (no longer sees this service)")
    return [
        NOBODY,
        ("Roles", [(f"role:{one.key}", str(one)) for one in held.distinct()]),
        ("People", [(f"person:{username}", name) for username, name in named.items()]),
    ]


def owner_said(value: str) -> dict[str, Any]:
    kind, _, key = value.partition(":")
    return {
        "owner": User.objects.get(username=key) if kind == "person" else None,
        "owner_role": Role.objects.get(key=key) if kind == "role" else None,
    }


def due_said(form: forms.Form, name: str) -> tuple[str, Any]:
    try:
        return moments.from_words(form.cleaned_data[name])
    except Invalid as invalid:
        raise forms.ValidationError(invalid.sentence) from None


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


AS_IS = ("", "as it is")


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
