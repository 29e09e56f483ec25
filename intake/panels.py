"""What the pages of documents and templates show."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from deployments.models import Deployment
from deployments.policies import refusal_to_edit, rights_of
from intake.models import Origin, SourceDocument, TemplateVersion
from intake.templates import compared, refusal_to_save


def document_page(deployment: Deployment, user: User) -> dict[str, Any]:
    """With the template it was made from, and what is newer there."""
    origin = Origin.objects.filter(deployment=deployment).select_related("version").first()
    made_from = origin.version if origin else None
    newest = newest_of(made_from) if made_from else None
    groups = []
    if made_from and newest and newest.number > made_from.number:
        groups = compared(made_from.document, newest.document)
    return {
        "deployment": deployment,
        "source": SourceDocument.objects.filter(deployment=deployment, applied_at__isnull=False)
        .select_related("uploaded_by")
        .defer("body", "reading")
        .order_by("-applied_at")
        .first(),
        "made_from": made_from,
        "newest": newest if groups else None,
        "groups": groups,
        "may_change": refusal_to_edit(rights_of(user, deployment.service), deployment) is None,
        "refusal": refusal_to_save(user, None if user.is_superuser else deployment.service),
    }


def newest_of(version: TemplateVersion) -> TemplateVersion | None:
    return TemplateVersion.objects.of_the_same(version).order_by("-number").first()


def template_page(
    version: TemplateVersion, user: User, first: int | None, last: int | None
) -> dict[str, Any]:
    """One template with its versions, and two of them compared, the last two if none are named."""
    listed = TemplateVersion.objects.of_the_same(version).order_by("-number")
    listed = listed.select_related("made_by", "service", "made_of").defer("document")
    known = {one.number: one for one in listed}
    unknown = [number for number in (first, last) if number is not None and number not in known]
    upper = last or max(known)
    ends = sorted((first or max(1, upper - 1), upper))
    is_comparable = not unknown and ends[0] != ends[1]
    return {
        "template": known[max(known)],
        "versions": list(known.values()),
        "unknown": unknown,
        "first": ends[0],
        "last": ends[1],
        "is_comparable": is_comparable,
        "groups": compared(known[ends[0]].document, known[ends[1]].document)
        if is_comparable
        else [],
        "seen": set(
            Deployment.objects.visible_to(user)
            .filter(pk__in=[one.made_of_id for one in known.values()])
            .values_list("pk", flat=True)
        ),
    }
