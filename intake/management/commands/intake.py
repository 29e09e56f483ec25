"""Reads a checklist document, and unless it is a dry run makes a deployment of it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from deployments import provenance
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.zones import InstantError, zone_of
from intake.as_json import as_json
from intake.encodings import LARGEST
from intake.instants import instant
from intake.reimport.services import import_onto
from intake.services import import_document
from intake.summary import summary
from intake.understanding import counts, understood


class Command(BaseCommand):
    help = "Read a checklist in Markdown, YAML or JSON and make a deployment of it."
    # A dry run needs no database and no services, so nothing of them is checked.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--service", metavar="KEY", help="what is deployed")
        parser.add_argument("--t0", metavar="ISO", help="planned time, such as 2026-03-14T20:00")
        parser.add_argument(
            "--zone", metavar="IANA", default="UTC", help="zone of the planned time"
        )
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="the requester")
        parser.add_argument(
            "--onto", metavar="ID", type=int, help="change this planned deployment instead"
        )
        parser.add_argument("--dry-run", action="store_true", help="read only, save nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            source = source_of(options["file"])
            if options["onto"] is not None:
                self.stdout.write(difference_of(source, options))
                return
            if options["dry_run"]:
                name = options["file"].name
                self.stdout.write(reading_of(source, name, as_object=options["json"]))
                return
            deployment = imported(source, options)
        except (InstantError, Refused) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(announcement(deployment, as_object=options["json"]))


def source_of(path: Path) -> bytes:
    """The bytes of the file; one byte over the limit is enough to know that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise CommandError(f"There is no file “{path}”; check the name.") from None
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise CommandError(f"“{path}” cannot be read: {reason}; name a Markdown file.") from None


def reading_of(source: bytes, name: str, *, as_object: bool) -> str:
    document = understood(source, name)
    if as_object:
        said = as_json(document.reading) if document.reading else document.said
        said = said | {"encoding": document.decoded.encoding}
        return json.dumps(said, ensure_ascii=False, indent=2)
    return summary(document.reading) if document.reading else counts(document.whole)


def difference_of(source: bytes, options: dict[str, Any]) -> str:
    """What the document changes in the plan, or with --dry-run would change."""
    actor = person_called(options["username"])
    found = Deployment.objects.visible_to(actor).filter(pk=options["onto"]).first()
    if found is None:
        raise CommandError(f"{actor} sees no deployment {options['onto']}; check the number.")
    with provenance.acting("command"), transaction.atomic():
        told = import_onto(source, options["file"].name, found, actor=actor)
        transaction.set_rollback(options["dry_run"])
    edits = [
        f"{edit.change.kind:8} {group.title}: {edit.change.title}"
        for group in told.groups
        for edit in group.edits
    ]
    return "\n".join([told.sentence, *edits])


def person_called(username: str | None) -> User:
    if not username:
        raise CommandError("Say who requests the deployment with --as USERNAME, or use --dry-run.")
    actor = User.objects.filter(username=username, is_active=True).first()
    if actor is None:
        raise CommandError(f"There is no active user “{username}”; check the name.")
    return actor


def imported(source: bytes, options: dict[str, Any]) -> Deployment:
    zone_of(options["zone"])
    t0 = instant(options["t0"], options["zone"]) if options["t0"] else None
    actor = person_called(options["username"])
    with provenance.acting("command"):
        return import_document(
            source,
            options["file"].name,
            service=options["service"],
            t0=t0,
            zone=options["zone"],
            actor=actor,
        )


def announcement(deployment: Deployment, *, as_object: bool) -> str:
    address = f"{settings.PORTAL_URL}{deployment.get_absolute_url()}"
    if as_object:
        return json.dumps({"deployment": deployment.pk, "address": address})
    return f"Deployment {deployment.pk} is a draft at {address}"
