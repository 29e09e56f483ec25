"""A document becomes a deployment: read, understood, written in one transaction or not at all."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from communications import services as communications
from deployments import clock, content, history, services
from deployments.enums import Right
from deployments.exceptions import Invalid, Refused, require
from deployments.fitting import cut
from deployments.models import Deployment, Environment, Service
from deployments.policies import refusal_without, rights_of
from intake import copying, whole
from intake.metrics import with_known_metrics
from intake.models import Beginning, Origin, SourceDocument, TemplateVersion
from intake.structured import documents
from intake.understanding import Understood, understood

LONGEST_PACKAGE = Deployment._meta.get_field("package").max_length
LONGEST_ENVIRONMENT = Environment._meta.get_field("title").max_length


@transaction.atomic
def import_document(
    source: bytes,
    filename: str,
    *,
    service: str | None,
    t0: datetime | None = None,
    zone: str = "UTC",
    actor: User,
) -> Deployment:
    """Create a draft from a checklist document; the original is kept byte for byte.

    Refuses unreadable files, unknown services, people who may not edit there, and a past T0.
    """
    document = understood(source, filename)
    place = service_called(service or document.service, actor)
    deployment = draft_of(document, place, zone=zone, actor=actor)
    kept = keep(source, document, place, actor)
    tell_origin(kept, deployment, actor)
    content.refresh(deployment, actor)
    if t0 is not None:
        services.schedule(deployment.pk, t0, actor=actor, zone=zone)
        deployment.refresh_from_db()
    return deployment


def draft_of(
    document: Understood,
    service: Service,
    *,
    environment: Environment | None = None,
    zone: str,
    actor: User,
) -> Deployment:
    """A draft with everything that the document says; who calls refreshes its content.

    The environment is that of the document unless one is given.
    """
    require(refusal_without(rights_of(actor, service), Right.EDIT, "import a deployment"))
    document.require_room()
    facts = document.whole.facts
    deployment = services.create_deployment(
        service,
        environment or environment_called(facts.get("environment", "")),
        package=cut(facts.get("package") or document.title, LONGEST_PACKAGE),
        requester=actor,
        branch=facts.get("branch", ""),
        commit=facts.get("commit", ""),
        digest=facts.get("digest", ""),
        zone=zone,
    )
    plan = document.whole
    # A structured document says exactly what it means, and comes back as it was exported.
    whole.write(deployment, with_known_metrics(plan, service) if document.reading else plan)
    return deployment


@transaction.atomic
def begin(token: UUID | None, *, actor: User, **facts: Any) -> Deployment:
    """Make a draft once for each token; a form that is sent again leads to the draft it made.

    The second of two at once waits at the token's unique index until the first has made it.
    """
    if token is None:
        return create(**facts, actor=actor)
    begun, is_new = Beginning.objects.get_or_create(token=token, defaults={"begun_by": actor})
    if begun.begun_by_id != actor.pk:
        raise Invalid("This form was sent by somebody else already; open a new one.")
    if not is_new and begun.deployment is not None:
        return begun.deployment
    begun.deployment = create(**facts, actor=actor)
    begun.save(update_fields=["deployment"])
    return begun.deployment


@transaction.atomic
def create(
    service: Service,
    environment: Environment,
    *,
    package: str,
    branch: str = "",
    commit: str = "",
    digest: str = "",
    copy_of: Deployment | None = None,
    template: TemplateVersion | None = None,
    actor: User,
) -> Deployment:
    """A draft without a document: with the standard messages, from a template, or as a copy."""
    require(refusal_without(rights_of(actor, service), Right.EDIT, "make a deployment"))
    require(refusal_of_template(template, copy_of, service))
    origin = None
    if copy_of is not None:
        if not service.deployments.visible_to(actor).filter(pk=copy_of.pk).exists():
            raise Invalid(f"Only an earlier deployment of {service} can be copied here.")
        origin = Deployment.objects.lock(copy_of.pk)
    deployment = services.create_deployment(
        service,
        environment,
        package=package,
        requester=actor,
        branch=branch,
        commit=commit,
        digest=digest,
        zone=actor.zone,
        copy_of=origin,
    )
    if origin is not None:
        whole.write(deployment, copying.whole_of(origin))
    elif template is not None:
        plan = documents.whole_of(template.document)
        whole.write(deployment, with_known_metrics(plan, service))
        Origin.objects.create(deployment=deployment, version=template)
        history.record(deployment, "made from template", actor=actor, obj=template)
    else:
        communications.define_plan(deployment, [])
    content.refresh(deployment, actor)
    return deployment


def refusal_of_template(
    template: TemplateVersion | None, copy_of: Deployment | None, service: Service
) -> Refused | None:
    if template is None:
        return None
    if copy_of is not None:
        return Invalid("Choose a template or an earlier deployment to copy, not both.")
    if template.service_id not in (None, service.pk):
        return Invalid(f"Choose a template of {service}, or one of the whole portal.")
    return None


def keep(
    source: bytes,
    document: Understood,
    service: Service,
    actor: User,
    onto: Deployment | None = None,
) -> SourceDocument:
    """The original as it came, with what was read from it."""
    return SourceDocument.objects.create(
        deployment=onto,
        service=service,
        name=named(document.name),
        body=source,
        sha256=hashlib.sha256(source).hexdigest(),
        reading=document.said,
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )


def named(filename: str) -> str:
    return cut(filename, SourceDocument._meta.get_field("name").max_length)


def tell_origin(
    kept: SourceDocument, deployment: Deployment, actor: User, said: Mapping[str, int] | None = None
) -> None:
    """From now on the deployment comes from this document; `said` counts what it changed."""
    kept.deployment, kept.applied_at = deployment, clock.now()
    kept.save(update_fields=["deployment", "applied_at"])
    history.record(
        deployment,
        "document imported",
        actor=actor,
        obj=kept,
        after={"sha256": kept.sha256, **(said or {})},
    )


def service_called(key: str | None, actor: User) -> Service:
    """The service with this key among those that the person sees."""
    visible = Service.objects.visible_to(actor)
    found = visible.filter(key=key).first()
    if found is not None:
        return found
    known = ", ".join(visible.values_list("key", flat=True)) or "none that you see"
    asked = f"There is no service “{key}”" if key else "The service is not named"
    raise Invalid(f"{asked}; known are: {known}.")


def environment_called(title: str) -> Environment:
    """The environment that the document names; a new name is kept as it is written."""
    known = Environment.objects.filter(key=title).first()
    if known is not None:
        return known
    key = slugify(title)[:40]
    if not key:
        raise Invalid(
            "The document names no target environment; add a line such as "
            "“**Target Environment**: Production”."
        )
    return Environment.objects.get_or_create(
        key=key, defaults={"title": cut(title, LONGEST_ENVIRONMENT)}
    )[0]
