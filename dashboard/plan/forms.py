"""How the parts of a plan are entered: a form each, with the fingerprint of what it showed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any, ClassVar

from django import forms

from accounts.models import Role
from approvals.enums import LONGEST_HOLD
from approvals.plan import RulePlan
from checklists.models import Section
from checklists.plan import SectionPlan
from deployments.described import Described
from deployments.forms import NamedField
from deployments.models import Deployment
from monitoring.enums import Severity, TriggerMode
from monitoring.judging import NEED_BAD, NEED_GOOD
from monitoring.models import DEFAULT_COUNTDOWN
from monitoring.parts import LONGEST_COUNTDOWN, MOST_NEEDED
from monitoring.plan import AlertPlan, LimitPlan, TriggerPlan

CONTROL = {"class": "form-control", "autocomplete": "off"}
SELECT = {"class": "form-select"}
AS_THE_ROLE = [("unknown", "As the role says"), ("true", "Yes"), ("false", "No")]
NUMBER = forms.NumberInput(attrs=CONTROL)


def lines(text: str) -> str:
    """Text as it is kept: its lines end as the portal's own do, not as browsers send them."""
    return "\n".join(text.splitlines())


class LinesField(forms.CharField):
    """Text of some lines; how long it may be the part itself says."""

    widget = forms.Textarea
    default_error_messages = {
        "null_characters_not_allowed": "This text contains a NUL character; remove it."
    }

    def to_python(self, value: Any) -> str:
        return lines(str(super().to_python(value)))


def words(label: str, *, rows: int = 2, **options: Any) -> LinesField:
    widget = forms.Textarea(attrs={**CONTROL, "rows": rows})
    return LinesField(label=label, widget=widget, **options)


class KnownForm(forms.Form):
    """An act whose cost the person has been told; `sure` carries which cost that was."""

    sure = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)


class MoveForm(KnownForm):
    place = forms.CharField(max_length=40)


class PlanForm(KnownForm):
    """A definition as it is edited; `shown` says as what it was drawn.

    Fields that are `folded` are seldom needed: they open where one of them says something.
    """

    folded: ClassVar[tuple[str, ...]] = ()
    folded_title: ClassVar[str] = "Commands, order and choices"
    plan: Callable[[], Any]  # what was typed as a definition; every form has its own
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self,
        data: Any = None,
        *,
        deployment: Deployment,
        plan: Described | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        """`asked` is what the address says of a new one: its section, its kind."""
        first = {**self.values(plan), "shown": plan.fingerprint} if plan else {}
        told = {name: said for name, said in (asked or {}).items() if name in self.base_fields}
        super().__init__(data, initial={**told, **first}, auto_id="plan_%s")
        self.deployment, self.now = deployment, plan

    def values(self, plan: Any) -> dict[str, Any]:
        """What each field shows of the plan."""
        return {one.name: getattr(plan, one.name) for one in fields(plan)}

    def plans(self) -> list[Any]:
        """Several, where several can be added at once."""
        return [self.plan()]


class SectionForm(PlanForm):
    title = forms.CharField(label="Title", widget=forms.TextInput(attrs=CONTROL))
    above = forms.ChoiceField(
        label="Under", required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "Choose a section of this deployment."},
    )  # fmt: skip

    def __init__(
        self,
        data: Any = None,
        *,
        deployment: Deployment,
        plan: SectionPlan | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, deployment=deployment, plan=plan, asked=asked)
        rows = Section.objects.filter(deployment=deployment).order_by("position")
        paths = {tuple(one.path): None for one in rows}
        if plan:
            own = tuple(plan.path)
            paths = {path: None for path in paths if path[: len(own)] != own}
            paths.setdefault(plan.above)
        self._paths = {" › ".join(path): path for path in paths if path}
        above: Any = self.fields["above"]
        above.choices = [
            ("", "Nothing: a section of its own"),
            *((one, one) for one in self._paths),
        ]

    def values(self, plan: Any) -> dict[str, Any]:
        return {**plan.plain()}

    def plan(self) -> SectionPlan:
        said = self.cleaned_data
        return SectionPlan(said["title"].strip(), self._paths.get(said["above"], ()))


class RuleForm(PlanForm):
    folded = ("time_sensitive", "asked_until", "holds_for")
    folded_title = "How long it is asked and holds"
    usual: ClassVar[dict[str, Any]] = {"time_sensitive": "", "asked_until": "", "holds_for": 14}
    role = NamedField(
        label="Role", queryset=Role.objects.all(), to_field_name="key", empty_label=None,
        widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "Choose one of the sign-off roles of this portal."},
    )  # fmt: skip
    statement = words("Takes responsibility for")
    count = forms.IntegerField(label="How many people sign", initial=1, widget=NUMBER)
    order_group = forms.IntegerField(
        label="Order", initial=1, widget=NUMBER,
        help_text="Rules with the same number are asked together, a higher one afterwards.",
    )  # fmt: skip

    time_sensitive = forms.NullBooleanField(
        label="Signed again when the time moves", required=False,
        widget=forms.Select(attrs=SELECT, choices=AS_THE_ROLE),
    )  # fmt: skip
    asked_until = forms.IntegerField(
        label="Due, hours before T0", required=False, min_value=1, widget=NUMBER,
        help_text="Left empty, it is due when the poll opens, two hours before T0.",
    )  # fmt: skip
    holds_for = forms.IntegerField(
        label="A signature holds, days", required=False, initial=14, min_value=1, max_value=14,
        widget=NUMBER,
        help_text="An older one does not allow a start.",
    )  # fmt: skip

    def values(self, plan: Any) -> dict[str, Any]:
        hours = plan.asked_until and int(plan.asked_until.total_seconds() // 3600)
        days = int(plan.holds_for.total_seconds() // 86400)
        return {
            **super().values(plan), "role": plan.role.key, "asked_until": hours, "holds_for": days,
        }  # fmt: skip

    def plan(self) -> RulePlan:
        said = self.cleaned_data
        hours = said["asked_until"]
        return RulePlan(
            said["role"],
            said["statement"].strip(),
            said["count"],
            said["order_group"],
            time_sensitive=said["time_sensitive"],
            asked_until=timedelta(hours=hours) if hours else None,
            holds_for=timedelta(days=said["holds_for"] or LONGEST_HOLD.days),
        )


class LimitForm(PlanForm):
    kind: ClassVar[type[LimitPlan]] = LimitPlan
    text = words("In words")
    condition = forms.CharField(
        label="Condition", required=False, widget=forms.TextInput(attrs=CONTROL),
        error_messages={"null_characters_not_allowed": "A condition has no NUL character."},
        help_text="Such as cache_hit_rate > 85 % within 1 h of complete. Without one, a person "
        "judges the words.",
    )  # fmt: skip

    def plan(self) -> LimitPlan:
        said = {name: self.cleaned_data[name] for name in self._names()}
        for name, value in said.items():
            said[name] = self.fields[name].initial if value is None else value
        texts = {name: value.strip() for name, value in said.items() if isinstance(value, str)}
        return self.kind(**{**said, **texts})

    def _names(self) -> list[str]:
        return [one.name for one in fields(self.kind)]


class AlertForm(LimitForm):
    kind = AlertPlan
    folded = ("need_bad", "need_good", "clears")
    folded_title = "When it is raised and when it ends"
    usual: ClassVar[dict[str, Any]] = {"need_bad": NEED_BAD, "need_good": NEED_GOOD, "clears": ""}
    severity = forms.ChoiceField(choices=Severity.choices, widget=forms.Select(attrs=SELECT))
    need_bad = forms.IntegerField(
        label="Raised after so many readings in a row", initial=NEED_BAD, min_value=1,
        max_value=MOST_NEEDED, required=False, widget=NUMBER,
    )  # fmt: skip
    need_good = forms.IntegerField(
        label="Ends after so many in a row", initial=NEED_GOOD, min_value=1,
        max_value=MOST_NEEDED, required=False, widget=NUMBER,
    )  # fmt: skip
    clears = forms.CharField(
        label="Ends only beyond", required=False, widget=forms.TextInput(attrs=CONTROL),
        error_messages={"null_characters_not_allowed": "A condition has no NUL character."},
        help_text="A wider limit, such as cache_hit_rate < 82 % where it is raised below 80 %. "
        "Left empty, the same limit ends it.",
    )  # fmt: skip


class TriggerForm(LimitForm):
    kind = TriggerPlan
    mode = forms.ChoiceField(
        label="When it holds", choices=TriggerMode.choices, widget=forms.Select(attrs=SELECT)
    )
    countdown_seconds = forms.IntegerField(
        label="Time to answer, seconds", initial=DEFAULT_COUNTDOWN, min_value=0,
        max_value=LONGEST_COUNTDOWN, required=False, widget=NUMBER,
        help_text="When nobody answers, it rolls back by itself or asks on, as chosen above.",
    )  # fmt: skip
    decided_by = NamedField(
        label="Who decides", queryset=Role.objects.all(), to_field_name="key", required=False,
        empty_label="The ops leads", widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "Choose one of the sign-off roles of this portal."},
        help_text="They are asked whether to roll back. Ops leads may begin it in any case.",
    )  # fmt: skip

    def values(self, plan: Any) -> dict[str, Any]:
        return {**super().values(plan), "decided_by": plan.decided_by and plan.decided_by.key}
