"""A document waits, is corrected line by line, and becomes a deployment or a template."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import Role, User
from deployments import clock, content, hints
from deployments.enums import Right
from deployments.exceptions import Invalid, Refused, require
from deployments.models import Deployment, Environment, Service
from deployments.policies import refusal_without, rights_of
from intake.models import READ, LineCorrection, SourceDocument, TemplateVersion
from intake.review import reviewed
from intake.review.corrections import corrected
from intake.review.kinds import KINDS, Correction
from intake.services import draft_of, keep, named, tell_origin
from intake.structured.plain import plain
from intake.templates import refusal_to_save, save_version
from intake.understanding import understood
from intake.whole import with_keys

# A larger document is read by a worker while the page shows how far it is.
READ_AT_ONCE = 200 * 1024
LEASE = timedelta(seconds=60)


@transaction.atomic
def upload(
    source: bytes,
    filename: str,
    *,
    service: Service,
    onto: Deployment | None = None,
    actor: User,
) -> SourceDocument:
    """Take a document in, to be looked over; a large one is read by a worker.

    `onto` is the deployment whose plan it is to change, if that is known already.

    Raises `Refused` without the right to edit, and for one that cannot be read.
    """
    require(refusal_without(rights_of(actor, service), Right.EDIT, "import a deployment"))
    if len(source) <= READ_AT_ONCE:
        return keep(source, understood(source, filename), service, actor, onto)
    document = SourceDocument.objects.create(
        service=service,
        name=named(filename),
        body=source,
        sha256=hashlib.sha256(source).hexdigest(),
        percent=0,
        deployment=onto,
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    hints.hint("intake.read", document.pk)
    return document


def waiting() -> list[int]:
    """Documents that nobody reads at the moment, or whose reader died."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=clock.now())
    unread = SourceDocument.objects.filter(free, percent__lt=READ, problem="")
    return list(unread.values_list("pk", flat=True)[:20])


def read_waiting(document_id: int) -> None:
    """Read one document in a worker; a second worker that is told of it leaves it alone."""
    now = clock.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    mine = SourceDocument.objects.filter(free, pk=document_id, percent__lt=READ, problem="")
    if not mine.update(claimed_until=now + LEASE):
        return
    document = SourceDocument.objects.get(pk=document_id)
    row = SourceDocument.objects.filter(pk=document_id)
    try:
        found = understood(bytes(document.body), document.name, lambda percent: tell(row, percent))
    except Invalid as refused:
        row.update(problem=refused.sentence, claimed_until=None)
    else:
        row.update(reading=found.said, percent=READ, claimed_until=None)


def tell(row: Any, percent: int) -> None:
    """Seen by the page at once, and a sign of life."""
    row.update(percent=min(percent, READ - 1), claimed_until=clock.now() + LEASE)


@transaction.atomic
def correct(
    document_id: int,
    lines: list[int],
    *,
    kind: str = "",
    section: int | None = None,
    role: Role | None = None,
    condition: str = "",
    actor: User,
) -> None:
    """Say what lines are; the newest word of a line holds. Raises what a line cannot be."""
    document = SourceDocument.objects.select_for_update().get(pk=document_id)
    require(refusal_to_review(actor, document))
    if kind not in KINDS:
        raise Invalid("Choose what the line is from the list.")
    asked = [
        Correction(line, kind, section, role.key if role else "", role.title if role else "",
                   condition)
        for line in lines
    ]  # fmt: skip
    said = {one.line: one for one in reviewed.corrections_of(document)}
    said |= {one.line: one for one in asked}
    corrected(reviewed.reading_of(document), said.values(), reviewed.lines_of(document))
    LineCorrection.objects.bulk_create(
        LineCorrection(
            document=document, line=one.line, kind=kind, section=section, role=role,
            condition=condition, made_by=actor, made_at=clock.now(),
        )
        for one in asked
    )  # fmt: skip


@transaction.atomic
def make_deployment(
    document_id: int, *, environment: Environment | None = None, actor: User
) -> Deployment:
    """The draft that the document and its corrections describe; asked twice it is made once."""
    document = SourceDocument.objects.select_for_update().get(pk=document_id)
    if document.applied_at is not None and document.deployment is not None:
        return document.deployment
    require(refusal_to_review(actor, document))
    found = reviewed.understood_of(document)
    deployment = draft_of(
        found, document.service, environment=environment, zone=actor.zone, actor=actor
    )
    tell_origin(document, deployment, actor)
    content.refresh(deployment, actor)
    return deployment


@transaction.atomic
def make_template(
    document_id: int, title: str, *, everywhere: bool = False, note: str = "", actor: User
) -> TemplateVersion:
    """What the document and its corrections describe, as a template's next version or its first."""
    document = SourceDocument.objects.select_for_update().get(pk=document_id)
    require(refusal_to_review(actor, document, is_finished_too=True))
    service = None if everywhere else document.service
    require(refusal_to_save(actor, service))
    found = reviewed.understood_of(document)
    found.require_room()
    plan = {**plain(with_keys(found.whole)), "deployment": {}}
    return save_version(service, title, plan, note=note, actor=actor)


def refusal_to_review(
    actor: User, document: SourceDocument, *, is_finished_too: bool = False
) -> Refused | None:
    refusal = refusal_without(rights_of(actor, document.service), Right.EDIT, "review documents")
    if refusal is not None:
        return refusal
    if document.problem:
        return Invalid(document.problem)
    if not document.is_read:
        return Refused("The document is still being read; wait a moment.")
    if document.applied_at is not None and not is_finished_too:
        return Refused("This document became a deployment already; edit the plan there.")
    return None
