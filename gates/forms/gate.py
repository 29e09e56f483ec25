"""A gate as people write it: what it asks, how it is judged, and when it counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from connections.services import connection_for
from deployments.conditions import length, seconds
from gates.definitions import SCHEDULES, GateDefinition
from gates.forms.fields import CONTROL, fields_of
from gates.kinds import KINDS
from gates.schedules import Schedule
from gates.streaks import Limits

CHECK = {"class": "form-check-input"}


class Length(forms.CharField):
    """A length of time such as 10 s, 5 min or 24 h."""

    widget = forms.TextInput(attrs=CONTROL)

    def prepare_value(self, value: Any) -> Any:
        return length(int(value.total_seconds())) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        try:
            return timedelta(seconds=seconds(said))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class SettingsForm(forms.Form):
    """The settings of one kind, and the condition on what it finds."""

    condition = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=CONTROL),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.declared = KINDS[kind]
        self.own = fields_of(self.declared.settings)
        self.fields = {**self.own, **self.fields}
        names = ", ".join(self.declared.numbers)
        self.fields["condition"].help_text = (
            f"Optional, on one of: {names}; such as “{next(iter(self.declared.numbers))} <= 5”."
            if names
            else "Optional, such as “error_rate < 1 %”. The name is yours."
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        if "connection" in self.own and not cleaned.get("connection"):
            cleaned["connection"] = connection_for(cleaned.get("url") or "")
        try:
            self.declared.settings.read(self.settings(cleaned))
        except ValueError as error:
            self.add_error(None, str(error))
        if why := self.declared.refusal_of(cleaned.get("condition", "")):
            self.add_error("condition", why)
        return cleaned

    def settings(self, cleaned: dict[str, Any] | None = None) -> dict[str, Any]:
        """What differs from the kind's usual settings."""
        given = self.cleaned_data if cleaned is None else cleaned
        fields = self.declared.settings.model_fields
        found = {name: given.get(name) for name in self.own}
        if connection := found.get("connection"):
            found["connection"] = connection.key
        return {
            name: value
            for name, value in found.items()
            if value not in (None, "") and value != fields[name].default
        }


class GateForm(SettingsForm):
    """A whole gate; its schedule starts from the kind's."""

    title = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="What must be true, such as “The API answers healthy”.",
    )
    required = forms.BooleanField(
        initial=True,
        required=False,
        label="GO waits for it",
        help_text="Without it the gate is advisory: a red one is a warning.",
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    machine_only = forms.BooleanField(
        required=False,
        label="Machines only",
        help_text="No result may be entered by hand.",
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    unwaivable = forms.BooleanField(
        required=False,
        label="Cannot be waived",
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    freshness = Length(label="An answer holds for")
    interval = Length(label="Pause between samples")
    settle = Length(label="Wait before the first sample")
    timeout = Length(label="Give up after")
    need_good = forms.IntegerField(
        label="Good samples in a row that pass",
        min_value=1,
        max_value=100,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    max_bad = forms.IntegerField(
        label="Bad samples allowed in all",
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    max_bad_streak = forms.IntegerField(
        label="Bad samples allowed in a row",
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    max_error_streak = forms.IntegerField(
        label="Failed measurements allowed in a row",
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs=CONTROL),
    )

    LIMITS = ("need_good", "max_bad", "max_bad_streak", "max_error_streak")
    TIMES = ("freshness", "interval", "settle", "timeout")

    def __init__(
        self, *args: Any, kind: str, plan: GateDefinition | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, kind=kind, initial=_initial(kind, plan), **kwargs)
        self.plan = plan
        self.order_fields(["title", *self.own, "condition", "required", "machine_only"])

    def definition(self) -> GateDefinition:
        given = self.cleaned_data
        return GateDefinition(
            title=given["title"],
            kind=self.kind,
            settings=self.settings(),
            condition=given["condition"],
            required=given["required"],
            machine_only=given["machine_only"],
            unwaivable=given["unwaivable"],
            schedule=Schedule(
                Limits(**{name: given[name] for name in self.LIMITS}),
                **{name: given[name] for name in self.TIMES},
            ),
        )

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in ("title", *self.own, "condition", "required")]

    @property
    def further(self) -> list[forms.BoundField]:
        return [self[name] for name in ("machine_only", "unwaivable", *self.TIMES, *self.LIMITS)]


def _initial(kind: str, plan: GateDefinition | None) -> dict[str, Any]:
    schedule = (plan.schedule if plan else None) or SCHEDULES[kind]
    usual = {name: getattr(schedule.limits, name) for name in GateForm.LIMITS}
    usual |= {name: getattr(schedule, name) for name in GateForm.TIMES}
    if plan is None:
        return usual
    said = ("title", "condition", "required", "machine_only", "unwaivable")
    return {**usual, **plan.settings, **{name: getattr(plan, name) for name in said}}
