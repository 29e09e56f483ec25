"""Templates: plans to begin with, saved in versions that nobody changes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from communications.definitions import PlanLine
from communications.plan.parts import refusal_of_line
from deployments import clock, history
from deployments.differences import differences
from deployments.enums import Right
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused, require
from deployments.models import Deployment, Service
from deployments.policies import refusal_without, rights_of
from deployments.versions import Edit, Group
from deployments.wording import Words, part_words
from intake import copying
from intake.models import TemplateVersion
from intake.structured.plain import Document, plain, plain_message

LONGEST_KEY = 80
# The parts that are called as in the content, so that they bear the same titles.
CONTENT_PARTS = {
    "rules": "rules.rules",
    "polled": "rules.polled",
    "targets": "monitoring.targets",
    "triggers": "monitoring.triggers",
}

# Fields that hold the key of a role.
ROLES = frozenset({"role", "owner_role", "decided_by"})


def refusal_to_save(user: User, service: Service | None) -> Refused | None:
    """Release managers for their service; what every service begins with, administrators."""
    if service is not None:
        return refusal_without(rights_of(user, service), Right.EDIT, "save templates")
    if user.is_active and user.is_superuser:
        return None
    return Forbidden("Only administrators save templates for every service.")


@transaction.atomic
def save_as_template(
    deployment_id: int, title: str, *, everywhere: bool = False, note: str = "", actor: User
) -> TemplateVersion:
    """The deployment's plan as the next version of the template of that name, or as its first.

    What is shipped is no part of it, nor where it goes.
    """
    deployment = Deployment.objects.lock(deployment_id)
    service = None if everywhere else deployment.service
    require(refusal_to_save(actor, service))
    document = {**plain(copying.whole_of(deployment)), "deployment": {}}
    return save_version(service, title, document, note=note, made_of=deployment, actor=actor)


def save_version(
    service: Service | None,
    title: str,
    document: Document,
    *,
    note: str = "",
    made_of: Deployment | None = None,
    actor: User,
) -> TemplateVersion:
    """A plan as the next version of the template of that name; the caller has asked who may."""
    key = slugify(title)[:LONGEST_KEY]
    if not key:
        raise Invalid("Give the template a name with letters or digits in it.")
    chain = history.chain(f"service:{service.key}" if service else "portal")
    last = versions_called(service, key).first()
    if last is not None and last.document == document:
        raise Invalid(f"Nothing differs from version {last.number}; no new one is made.")
    version = TemplateVersion.objects.create(
        service=service,
        key=key,
        number=last.number + 1 if last else 1,
        title=last.title if last else title,
        note=note,
        document=document,
        made_of=made_of,
        made_by=actor,
        made_at=clock.now(),
    )
    said = {"number": version.number, **({"deployment": made_of.pk} if made_of else {})}
    history.record(chain, "template saved", actor=actor, obj=version, after=said)
    return version


@transaction.atomic
def save_messages(
    version: TemplateVersion, lines: Sequence[PlanLine], *, note: str = "", actor: User
) -> TemplateVersion:
    """The next version of a template, which differs in its message plan alone."""
    chain = f"service:{version.service.key}" if version.service else "portal"
    history.chain(chain)
    require(refusal_to_save(actor, version.service))
    last = versions_called(version.service, version.key).select_related("made_by").first()
    if last.pk != version.pk:
        raise Overtaken(
            f"{last.made_by} saved version {last.number} of this template meanwhile; look at "
            "it. To save what stands here as the version after it, save once more."
        )
    if not lines:
        raise Invalid("Keep at least one line; a plan without any is the standard plan.")
    for line in lines:
        require(refusal_of_line(line))
    document = {**version.document, "messages": [plain_message(one) for one in lines]}
    return save_version(version.service, version.title, document, note=note, actor=actor)


def versions_called(service: Service | None, key: str) -> Any:
    """Newest first."""
    place = {"service": service} if service else {"service__isnull": True}
    return TemplateVersion.objects.filter(**place, key=key).order_by("-number")


def compared(before: Document, after: Document) -> list[Group]:
    """What differs between two structured documents, by part; keys only tell what is the same."""
    changes = differences(_flat(before), _flat(after))
    shown = [
        replace(one, fields=[field for field in one.fields if field.name != "key"])
        for one in changes
    ]
    words = Words.read()
    return [
        Group(part_words(part), [Edit(one, (), words) for one in group])
        for part, group in groupby(shown, key=lambda one: one.part)
    ]


def _flat(document: Document) -> Document:
    """Each definition in its part, items with the path of their section, roles by their names."""
    roles = document.get("roles", {})
    items = [
        {**item, "section": " › ".join(section["path"])}
        for section in document.get("sections", [])
        for item in section.get("items", [])
    ]
    parts: Document = {"items": items}
    for name, listed in document.items():
        if name not in ("version", "roles", "sections"):
            parts[CONTENT_PARTS.get(name, name)] = listed
    return {name: _with_roles(listed, roles) for name, listed in parts.items()}


def _with_roles(listed: Any, roles: dict[str, str]) -> Any:
    if not isinstance(listed, list):
        return listed
    return [
        {name: roles.get(said, said) if name in ROLES else said for name, said in one.items()}
        for one in listed
    ]
