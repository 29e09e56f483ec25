"""A changed document onto a deployment that is still being planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.models import Role, User
from deployments import content, services
from deployments.exceptions import Invalid, Overtaken, Refused, require
from deployments.facts import Facts
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.policies import refusal_to_edit, rights_of
from intake import copying, whole
from intake.metrics import with_known_metrics
from intake.models import SourceDocument
from intake.reimport.preview import Preview, preview
from intake.review import reviewed
from intake.review.services import refusal_to_review
from intake.services import LONGEST_PACKAGE, keep, tell_origin
from intake.understanding import understood
from intake.whole import Whole


@transaction.atomic
def reimport(document_id: int, deployment_id: int, *, seen: str, actor: User) -> Preview:
    """Make the plan what the corrected document says; what is the same keeps what was said of it.

    `seen` is the fingerprint of the difference that the person saw. Raises `Overtaken` if it is
    another one by now, and why the plan cannot become so.
    """
    document = SourceDocument.objects.select_for_update().get(pk=document_id)
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_reimport(actor, document, deployment))
    found = difference(document, deployment)
    if found.fingerprint != seen:
        raise Overtaken("The plan or the document changed meanwhile; look at the difference again.")
    tell_origin(
        document,
        deployment,
        actor,
        {"added": found.added, "changed": found.changed, "taken_out": found.removed},
    )
    whole.rewrite(deployment, found.whole)
    _ship(deployment, found, actor)
    content.refresh(Deployment.objects.lock(deployment_id), actor)
    return found


@transaction.atomic
def import_onto(source: bytes, filename: str, deployment: Deployment, *, actor: User) -> Preview:
    """Take a document in and apply it at once, for somebody who does not look at it first."""
    require(refusal_to_edit(rights_of(actor, deployment.service), deployment))
    document = keep(source, understood(source, filename), deployment.service, actor, deployment)
    seen = difference(document, Deployment.objects.lock(deployment.pk)).fingerprint
    return reimport(document.pk, deployment.pk, seen=seen, actor=actor)


def difference(document: SourceDocument, deployment: Deployment) -> Preview:
    """What would become different, with the corrections that hold.

    A structured document says the whole plan; beside Markdown stays what was added by hand.
    """
    from_markdown = not reviewed.is_structured(document)
    plan = with_known_roles(reviewed.understood_of(document).whole)
    return preview(
        copying.whole_of(deployment),
        with_known_metrics(plan, deployment.service) if from_markdown else plan,
        from_markdown=from_markdown,
        by_hand=added_by_hand(deployment) if from_markdown else {},
    )


def added_by_hand(deployment: Deployment) -> dict[str, set[str]]:
    """What has no line in any document."""
    parts: dict[str, Any] = {
        "items": deployment.items,
        "gates": deployment.gates,
        "rules": deployment.rules,
        "targets": deployment.targets,
        "alerts": deployment.alertrules,
        "triggers": deployment.triggers,
    }
    return {
        name: set(rows.filter(line__isnull=True).values_list("key", flat=True))
        for name, rows in parts.items()
    }


def with_known_roles(plan: Whole) -> Whole:
    """Roles that the portal knows are called as it calls them, however the document writes them."""
    known = dict(Role.objects.values_list("key", "title"))
    return replace(
        plan,
        rules=[replace(one, role_title=known.get(one.role, one.role_title)) for one in plan.rules],
        polled=[
            replace(one, role_title=known.get(one.role, one.role_title)) for one in plan.polled
        ],
        items=[
            replace(one, owner_role=Role(key=role.key, title=known.get(role.key, role.title)))
            if (role := one.owner_role)
            else one
            for one in plan.items
        ],
        triggers=[
            replace(one, decided_by=Role(key=role.key, title=known.get(role.key, role.title)))
            if (role := one.decided_by)
            else one
            for one in plan.triggers
        ],
    )


def refusal_to_reimport(
    actor: User, document: SourceDocument, deployment: Deployment
) -> Refused | None:
    if document.service_id != deployment.service_id:
        return Invalid(f"Only a deployment of {document.service} can take this document.")
    return refusal_to_review(actor, document) or refusal_to_edit(
        rights_of(actor, deployment.service), deployment
    )


def _ship(deployment: Deployment, found: Preview, actor: User) -> None:
    """Last, so that what is shipped and how become one new version of the content."""
    now = Facts.of(deployment)
    said = found.whole.facts
    named = replace(
        now,
        package=cut(said.get("package", ""), LONGEST_PACKAGE),
        branch=said.get("branch", ""),
        commit=said.get("commit", ""),
        digest=said.get("digest", ""),
    )
    services.edit_facts(deployment.pk, named, actor=actor, shown=now.fingerprint)
