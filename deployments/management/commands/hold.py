from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from deployments import history, portal_hold
from deployments.access.changing import PORTAL
from deployments.backup.programs import owner
from deployments.provenance import acting


class Command(BaseCommand):
    help = "Holds the whole portal: nothing leaves and no gate runs until it is released."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reason")
        parser.add_argument(
            "--restored",
            metavar="TIME",
            help="The database was restored by other means, from a backup of this time (such as "
            "2026-11-26T02:00+00:00); to be run before anything starts.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        backup_from = _instant(options["restored"]) if options["restored"] else None
        with transaction.atomic(using=owner()):
            portal_hold.hold(
                options["reason"],
                backup_from,
                restored=backup_from is not None,
                using=owner(),
            )
        with transaction.atomic(), acting("command"):
            chain = history.chain(PORTAL)
            history.record(chain, "portal held", actor=None, reason=options["reason"])
        self.stdout.write("The portal is held until it is released on the page “Operations”.")


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CommandError(f"“{text}” is no time with an offset, such as 2026-11-26T02:00+00:00.")
    return found
