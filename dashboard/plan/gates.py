"""How a gate is entered: what it asks by its kind, how it is judged, and when it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms

from dashboard.plan.fields import boxed, chosen
from dashboard.plan.forms import CONTROL, NUMBER, PlanForm
from deployments.conditions import length, seconds
from deployments.models import Deployment
from gates.definitions import SCHEDULES, GateDefinition
from gates.enums import Kind, OnNoData
from gates.forms.settings import SettingsForm
from gates.kinds import KINDS, PROBED, READ
from gates.schedules import Schedule
from gates.streaks import Limits

LIMITS = ("need_good", "max_bad", "max_bad_streak", "max_error_streak", "on_no_data")
TIMES = ("freshness", "interval", "settle", "timeout")
FLAGS = ("required", "machine_only", "unwaivable")
LONGEST = timedelta(days=30)


class LengthField(forms.CharField):
    """A length of time such as 10 s, 5 min or 24 h."""

    widget = forms.TextInput(attrs=CONTROL)

    def prepare_value(self, value: Any) -> Any:
        return length(int(value.total_seconds())) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        try:
            found = timedelta(seconds=seconds(said))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if found > LONGEST:
            raise forms.ValidationError(f"At most {LONGEST.days} days.")
        return found


def counted(label: str, least: int = 0) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=100, widget=NUMBER)


class GateForm(PlanForm, SettingsForm):
    """A gate; its kind is fixed once it is written, since another kind is another question."""

    kind_of_gate = forms.ChoiceField(
        choices=[(kind, Kind(kind).label) for kind in KINDS], widget=forms.HiddenInput
    )
    title = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="What must be true, such as “The API answers healthy”.",
    )
    required = boxed("GO waits for it", help_text="Without it a red gate is a warning only.")
    machine_only = boxed("Machines only", help_text="No result may be entered by hand.")
    unwaivable = boxed("Cannot be waived", help_text="Nobody may sign it away while it is red.")
    freshness = LengthField(label="An answer holds for")
    interval = LengthField(label="Pause between samples")
    settle = LengthField(label="Wait before the first sample")
    timeout = LengthField(label="Give up after")
    need_good = counted("Good samples in a row that pass", least=1)
    max_bad = counted("Bad samples allowed in all")
    max_bad_streak = counted("Bad samples allowed in a row")
    max_error_streak = counted("Failed measurements allowed in a row")
    on_no_data = chosen("A sample without data", OnNoData.choices)

    folded = ("machine_only", "unwaivable", *TIMES, *LIMITS)
    folded_title = "When it counts: times, limits, who may answer"

    def __init__(
        self,
        data: Any = None,
        *,
        deployment: Deployment,
        plan: GateDefinition | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        said = (data or {}).get("kind_of_gate") or (asked or {}).get("kind") or Kind.REPORTED
        kind = str(plan.kind) if plan else said if said in KINDS else Kind.REPORTED.value
        super().__init__(data, deployment=deployment, plan=plan)
        self.of_kind(kind, deployment.service)
        self.initial = {**_usual(kind), **self.initial, "kind_of_gate": kind}
        self.order_fields(["kind_of_gate", "title", *self.own, "condition", *FLAGS])

    @property
    def usual(self) -> dict[str, Any]:
        """What the folded fields say of a gate that leaves them as its kind has them."""
        usual = {**_usual(self.kind), "machine_only": "", "unwaivable": ""}
        return {name: self.fields[name].prepare_value(usual[name]) for name in self.folded}

    @property
    def can_be_tried(self) -> bool:
        """Whether a worker could answer it, at least where an address is typed."""
        return self.kind in PROBED or self.kind in READ

    def values(self, plan: GateDefinition) -> dict[str, Any]:
        schedule = plan.schedule or SCHEDULES[plan.kind]
        said = {name: getattr(plan, name) for name in ("title", "condition", *FLAGS)}
        return {**said, **plan.settings, **_scheduled(schedule)}

    def plan(self) -> GateDefinition:
        given = self.cleaned_data
        return GateDefinition(
            title=given["title"].strip(),
            kind=self.kind,
            settings=self.settings(),
            condition=given["condition"].strip(),
            schedule=Schedule(
                Limits(**{name: given[name] for name in LIMITS}),
                **{name: given[name] for name in TIMES},
            ),
            **{name: given[name] for name in FLAGS},
        )


def _usual(kind: str) -> dict[str, Any]:
    return {"required": True, **_scheduled(SCHEDULES[kind])}


def _scheduled(schedule: Schedule) -> dict[str, Any]:
    limits = {name: getattr(schedule.limits, name) for name in LIMITS}
    return {**limits, **{name: getattr(schedule, name) for name in TIMES}}
