"""Which parts a plan has, how each is entered, and on which page it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from approvals.parts import Rules
from checklists.parts import Items, Sections
from communications.plan.parts import LINES
from dashboard.plan.forms import AlertForm, LimitForm, PlanForm, RuleForm, SectionForm, TriggerForm
from dashboard.plan.gates import GateForm
from dashboard.plan.items import ItemForm
from dashboard.plan.messages import MessageForm
from dashboard.plan.several import LinesForm
from deployments.editing import Part
from gates.parts import GATES
from monitoring.parts import ALERTS, TARGETS, TRIGGERS


@dataclass(frozen=True)
class Editable:
    """`word` completes “Edit this …”; `new` is the form in which one or more are added."""

    name: str
    part: Part[Any, Any]
    form: type[PlanForm]
    new: type[PlanForm]
    page: str
    title: str
    empty: str = ""

    @property
    def word(self) -> str:
        return self.part.word


EDITABLE: dict[str, Editable] = {
    one.name: one
    for one in (
        Editable("items", Items(), ItemForm, LinesForm, "checklist", "Items"),
        Editable("sections", Sections(), SectionForm, SectionForm, "checklist", "Sections"),
        Editable(
            "gates", GATES, GateForm, GateForm, "gates", "Gates",
            "No technical question is asked yet.",
        ),
        Editable(
            "rules", Rules(), RuleForm, RuleForm, "sign-off", "Sign-off rules",
            "No role is asked to sign yet; without one the deployment cannot be submitted.",
        ),
        Editable(
            "triggers", TRIGGERS, TriggerForm, TriggerForm, "limits", "Roll back when",
            "Nothing is named yet that would take the deployment back.",
        ),
        Editable(
            "targets", TARGETS, LimitForm, LimitForm, "limits", "Targets",
            "No value is named yet that is to be reached after the deployment.",
        ),
        Editable(
            "alerts", ALERTS, AlertForm, AlertForm, "limits", "Alert thresholds",
            "No threshold is named yet.",
        ),
        Editable(
            "messages", LINES, MessageForm, MessageForm, "messages", "Who is told, when",
            "No message is planned; nobody is told before, at the start or at the end.",
        ),
    )
}  # fmt: skip
PAGES: dict[str, str] = {
    "checklist": "Checklist and steps",
    "gates": "Gates",
    "sign-off": "Sign-off",
    "limits": "Limits",
    "messages": "Messages",
}
