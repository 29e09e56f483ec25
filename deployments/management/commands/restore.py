from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from deployments.backup.problems import BackupError
from deployments.backup.restoring import restore
from deployments.provenance import acting


class Command(BaseCommand):
    help = "Replaces everything in the portal by a backup, and holds it until it is released."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting("command"):
                restored = restore(options["file"])
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(str(error)) from error
        if restored.warning:
            self.stderr.write(restored.warning)
        self.stdout.write(
            f"Restored as of {restored.about.instant:%d %b %Y, %H:%M} UTC, with {restored.files} "
            "files of evidence. The portal is held: start it, and release it on the page "
            "“Operations” once you have looked at what would leave."
        )
