"""The checklist as every viewer sees it, and the page of one item."""

from __future__ import annotations

from typing import Any

from checklists.bulk import claimed_in, items_of, offer
from checklists.day import policies as day
from checklists.enums import EvidenceKind, ItemState, Kind
from checklists.filters import KINDS
from checklists.forms import AnswerForm, EvidenceForm, StateForm
from checklists.models import Item, Section
from checklists.owners import holders
from checklists.policies import (
    asked_as,
    refusal_to_add_evidence,
    refusal_to_second,
    refusal_to_tick,
    seen_as,
)
from checklists.rows import calendar, groups_of, row_of
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights


def checklist_panel(deployment: Deployment) -> dict[str, Any]:
    """Items ticked by hand before and after the deployment, by section; one query."""
    groups = groups_of(deployment, KINDS["checklist"])
    items = [row.item for group in groups for row in group.items]
    claims = [one for one in items if one.claimed_done and one.kind == Kind.CHECK]
    return {"groups": groups, "claims": sum(not one.is_closed for one in claims)}


def item_page(
    item: Item,
    rights: Rights,
    form: EvidenceForm,
    *,
    state_form: StateForm | None = None,
    answer_form: AnswerForm | None = None,
) -> dict[str, Any]:
    """One item: who is to do it by when, what became of it, and what shows that."""
    deployment = item.deployment
    evidence = list(item.evidence.select_related("added_by").order_by("pk"))
    times, held = calendar(deployment, [item]), holders(deployment.service_id, [item])
    return {
        "item": item,
        "row": row_of(item, deployment, len(evidence), times, held),
        "deployment": deployment,
        "tab": "runbook" if item.is_step else "checklist",
        "evidence": evidence,
        "refusal": refusal_to_add_evidence(rights, item, deployment),
        "refusal_to_tick": refusal_to_tick(rights, item, deployment),
        "refusal_to_say": refusal_to_tick(rights, item, deployment) or _of_the_day(item, rights),
        "refusal_to_second": refusal_to_second(item, rights.user),
        "seen": seen_as(item),
        "asked_as": asked_as(item),
        "state_form": state_form or StateForm(item=item),
        "answer_form": answer_form or AnswerForm(),
        "form": form,
        "kinds": list(EvidenceKind),
    }


def _of_the_day(item: Item, rights: Rights) -> Refused | None:
    """Why a step is not said to be anything here now: whose it is, what failed, what runs."""
    return (
        day.refusal_by_owner(rights, item)
        or day.refusal_by_question(item, ItemState.FAILED)
        or day.refusal_while_running(item)
    )


def section_page(section: Section, rights: Rights) -> dict[str, Any]:
    """What one act would tick, and which open items it would not."""
    return {
        "deployment": section.deployment,
        "heading": f"Tick what is open in “{section.heading}”",
        "anchor": f"#section-{section.pk}",
        "offer": offer(items_of(section), rights, section.deployment),
    }


def claims_page(deployment: Deployment, rights: Rights) -> dict[str, Any]:
    """What the document says is done, to be taken at its word or not."""
    return {
        "deployment": deployment,
        "heading": "Confirm what the document says is done",
        "is_claims": True,
        "offer": offer(claimed_in(deployment), rights, deployment),
    }
