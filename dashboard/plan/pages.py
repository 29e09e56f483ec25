"""What the pages of a plan show: its lists, and what is open in one of them for editing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms

from approvals.cost import Cost, Costly, Rehearsed
from approvals.signoff import counting, standings
from checklists.models import Section
from dashboard.plan.parts import EDITABLE, PAGES, Editable
from dashboard.plan.several import SeveralForm
from deployments.answers import Tried
from deployments.described import Described
from deployments.editing import Part
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights
from gates.kinds import KINDS
from monitoring.metrics.panels import metrics_of_plan

LONGEST_NUMBER = 19


@dataclass
class Group:
    """A section with its items, or the whole list of another part."""

    editable: Editable
    rows: list[Any] = field(default_factory=list)
    section: Section | None = None


# A field of the form, and what stands now where that is something else.
Entry = tuple[Any, str | None]


@dataclass(frozen=True)
class Open:
    """What is being done in place: `verb` at the row, or at the end of its group for a new one."""

    verb: str
    editable: Editable
    form: forms.Form
    row: Any = None
    section_pk: int | None = None
    fields: tuple[Entry, ...] = ()
    folded: tuple[Entry, ...] = ()
    overtaken: str = ""
    refused: Refused | None = None

    @property
    def unfolded(self) -> bool:
        usual = getattr(self.form, "usual", {})
        return any(
            field.errors or now or (field.value() or "") != usual.get(field.name, "")
            for field, now in self.folded
        )

    @property
    def cost(self) -> Cost | None:
        return self.refused.cost if isinstance(self.refused, Costly) else None


def plan_page(
    deployment: Deployment, page: str, rights: Rights, opened: Open | None = None
) -> dict[str, Any]:
    """One page of the plan; its queries do not grow with what it lists."""
    several = opened.form if opened and opened.verb == "several" else None
    is_checklist = page == "checklist"
    return {
        "deployment": deployment,
        "page": page,
        "pages": PAGES,
        "groups": _sections(deployment) if is_checklist else _parts(deployment, page),
        "open": opened,
        "kinds": KINDS.values() if page == "gates" else (),
        "signatures": counting(standings(deployment)),
        "refusal": part_of(page).refusal_to_open(rights, deployment),
        "is_signed": page != "messages",
        "marked": _marked(several),
        "asks_out": isinstance(opened.refused, Rehearsed) if several and opened else False,
        "watch": metrics_of_plan(deployment) if page == "limits" else None,
        "several": several or (SeveralForm(deployment=deployment) if is_checklist else None),
    }


def part_of(page: str) -> Part[Any, Any]:
    """Any part of a page: whether one may be edited now is so for all of its page."""
    return next(one.part for one in EDITABLE.values() if one.page == page)


def _marked(form: forms.Form | None) -> set[int]:
    """The items that are marked already, by number."""
    said = form["item"].value() if form else None
    return {int(pk) for pk in said or () if is_number(str(pk))}


def is_number(text: str) -> bool:
    """Whether this can be the number of a row; a longer one is no number of the database's."""
    return text.isdecimal() and len(text) < LONGEST_NUMBER


def _sections(deployment: Deployment) -> list[Group]:
    items, headings = EDITABLE["items"], EDITABLE["sections"]
    groups = {one.pk: Group(items, section=one) for one in headings.part.rows(deployment)}
    for item in items.part.rows(deployment):
        groups[item.section_id].rows.append(item)
    return list(groups.values())


def _parts(deployment: Deployment, page: str) -> list[Group]:
    named = [one for one in EDITABLE.values() if one.page == page]
    return [Group(one, list(one.part.rows(deployment))) for one in named]


def opened(
    verb: str,
    editable: Editable,
    form: forms.Form,
    tried: Tried[Any],
    *,
    row: Any = None,
    section_pk: int | None = None,
    now: Described | None = None,
) -> Open:
    """`now` is what stands, which is told beside each field if somebody was faster."""
    said = _others(form, now) if now and tried.is_overtaken else {}
    seldom = getattr(form, "folded", ())
    entries = [(one, said.get(one.name)) for one in form.visible_fields()]
    return Open(
        verb,
        editable,
        form,
        row,
        section_pk,
        tuple(entry for entry in entries if entry[0].name not in seldom),
        tuple(entry for entry in entries if entry[0].name in seldom),
        tried.overtaken_sentence,
        tried.refused,
    )


def _others(form: Any, now: Described) -> dict[str, str]:
    """What stands now, for the fields where that is not what was typed."""
    mine = form.plan().plain() if form.is_valid() else {}
    return {name: said or "nothing" for name, said in now.plain().items() if said != mine.get(name)}
