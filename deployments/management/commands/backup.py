from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from deployments.backup.making import make
from deployments.backup.problems import BackupError


class Command(BaseCommand):
    help = "Writes the portal to one file: database, files of evidence, and its own key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="The file; otherwise backups/portal-TIME.tar.")

    def handle(self, *args: Any, **options: Any) -> None:
        to = options["to"] or Path("backups") / f"portal-{datetime.now(UTC):%Y%m%d-%H%M%SZ}.tar"
        if to.exists():
            raise CommandError(f"{to} is there already: name another file.")
        try:
            files = make(to)
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(str(error)) from error
        size = to.stat().st_size / 1024 / 1024
        self.stdout.write(
            f"{to}: {size:.1f} MiB, with {files} files of evidence. Whoever has it has everything "
            "in the portal: keep it as safe as the portal itself."
        )
