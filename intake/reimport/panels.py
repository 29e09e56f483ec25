"""What the page of a changed document shows."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from approvals.cost import Cost, Rehearsed, weighed
from deployments.exceptions import Refused
from deployments.models import Deployment
from intake.models import SourceDocument
from intake.reimport.forms import ReimportForm
from intake.reimport.preview import Preview
from intake.reimport.services import difference, refusal_to_reimport, reimport


def reimport_page(document: SourceDocument, deployment: Deployment, user: User) -> dict[str, Any]:
    """The difference, what it costs others, or why it cannot be."""
    page: dict[str, Any] = {"document": document, "deployment": deployment}
    refusal = refusal_to_reimport(user, document, deployment)
    if refusal is not None:
        return page | {"refusal": refusal}
    found = difference(document, deployment)
    page |= {"preview": found}
    try:
        cost = cost_of(document, deployment, found, user)
    except Refused as refused:
        return page | {"refusal": refused}
    form = ReimportForm(initial={"seen": found.fingerprint, "sure": cost.key})
    return page | {"cost": cost, "form": form}


def cost_of(document: SourceDocument, deployment: Deployment, found: Preview, user: User) -> Cost:
    """It is done for it and undone, so that what is told is what happens."""

    def act() -> bool:
        return bool(reimport(document.pk, deployment.pk, seen=found.fingerprint, actor=user).groups)

    try:
        weighed(deployment.pk, act, known="", rehearse=True)
    except Rehearsed as told:
        return told.cost
    raise AssertionError("a rehearsal always ends with what it tells")
