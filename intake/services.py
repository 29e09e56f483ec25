"""A document becomes a deployment: read, understood, written in one transaction or not at all."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from approvals import services as approvals
from checklists import services as checklists
from communications import services as communications
from deployments import clock, content, history, services
from deployments.enums import Right
from deployments.exceptions import Invalid
from deployments.fitting import cut
from deployments.models import Deployment, Environment, Service
from deployments.policies import refusal_without, rights_of
from deployments.services import require
from gates import services as gates
from intake import copying, definitions
from intake.as_json import as_json
from intake.encodings import UnreadableError, decode
from intake.fitting import require_fit
from intake.models import Beginning, SourceDocument
from intake.reader import read
from intake.reading import Reading
from monitoring import services as monitoring

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
    reading = read(text_of(source))
    place = service_called(service, actor)
    require(refusal_without(rights_of(actor, place), Right.EDIT, "import a deployment"))
    require_fit(reading)
    facts = {fact.key: fact.value for fact in reversed(reading.facts)}
    deployment = services.create_deployment(
        place,
        environment_called(facts.get("environment", "")),
        package=package_of(reading, facts, filename),
        requester=actor,
        branch=facts.get("branch", ""),
        commit=facts.get("commit", ""),
        digest=facts.get("digest", ""),
        zone=zone,
    )
    define(deployment, reading)
    keep(deployment, source, filename, reading, actor)
    content.refresh(deployment, actor)
    if t0 is not None:
        services.schedule(deployment.pk, t0, actor=actor, zone=zone)
        deployment.refresh_from_db()
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
    actor: User,
) -> Deployment:
    """A draft without a document: with the standard messages only, or defined as an earlier one."""
    require(refusal_without(rights_of(actor, service), Right.EDIT, "make a deployment"))
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
    if origin is None:
        communications.define_plan(deployment, [])
    else:
        copying.copy(origin, deployment)
    content.refresh(deployment, actor)
    return deployment


def text_of(source: bytes) -> str:
    """The document's text; a file that is none is refused in the words of the reader."""
    try:
        return decode(source).text
    except UnreadableError as error:
        raise Invalid(str(error)) from None


def define(deployment: Deployment, reading: Reading) -> None:
    """Hand every app its own part of what was read."""
    plan = definitions.checklist(reading)
    checklists.define(deployment, plan.sections, plan.items)
    gates.define_gates(deployment, definitions.gates(reading))
    approvals.define(deployment, definitions.rules(reading), definitions.polled(reading))
    monitoring.define(
        deployment,
        targets=definitions.targets(reading),
        alerts=definitions.alerts(reading),
        triggers=definitions.triggers(reading),
        widgets=definitions.widgets(reading),
        length=definitions.watch_length(reading),
    )
    communications.define_plan(deployment, definitions.messages(reading))


def keep(
    deployment: Deployment, source: bytes, filename: str, reading: Reading, actor: User
) -> SourceDocument:
    document = SourceDocument.objects.create(
        deployment=deployment,
        name=cut(filename, SourceDocument._meta.get_field("name").max_length),
        body=source,
        sha256=hashlib.sha256(source).hexdigest(),
        reading=as_json(reading),
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    history.record(
        deployment,
        "document imported",
        actor=actor,
        obj=document,
        after={"sha256": document.sha256},
    )
    return document


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
    key = slugify(title)[:40]
    if not key:
        raise Invalid(
            "The document names no target environment; add a line such as "
            "“**Target Environment**: Production”."
        )
    return Environment.objects.get_or_create(
        key=key, defaults={"title": cut(title, LONGEST_ENVIRONMENT)}
    )[0]


def package_of(reading: Reading, facts: dict[str, str], filename: str) -> str:
    title = reading.sections[0].title if reading.sections else filename
    return cut(facts.get("package") or title, LONGEST_PACKAGE)
