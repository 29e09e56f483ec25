"""Says whether history still says what was written."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.countersigned import faults_against
from audit.faults import Fault
from audit.protection import sentence
from audit.verification import verify


class Command(BaseCommand):
    help = "Verify all chains of events and the signed checkpoints, or one chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("chain", nargs="?", help="deployment:<number>, service:<key> or portal")
        parser.add_argument(
            "--checkpoints",
            type=Path,
            metavar="FOLDER_OR_FILE",
            help="compare with checkpoints that were kept outside the database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify(options["chain"])
        kept, found = self._kept(options["checkpoints"])
        faults = result.faults + found
        for fault in faults:
            self.stderr.write(f"{fault.place}: {fault.sentence}")
        if faults:
            raise CommandError(f"{len(faults)} faults in {result.events} events.")
        self.stdout.write(
            f"{result.events} events in {result.chains} chains hold, and so do "
            f"{result.checkpoints} checkpoints{kept}. {sentence()}"
        )

    def _kept(self, place: Path | None) -> tuple[str, list[Fault]]:
        if place is None:
            return "", []
        if not place.exists():
            raise CommandError(f"{place} is not there: name a checkpoint, or a folder with some.")
        number, found = faults_against(place)
        if not number:
            raise CommandError(f"{place} holds no checkpoint.")
        return f" and {number} kept outside", found
