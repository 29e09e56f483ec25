"""Says whether history still says what was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.protection import sentence
from audit.verification import verify


class Command(BaseCommand):
    help = "Verify the hash chain of all events, or of one chain such as deployment:12."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("chain", nargs="?", help="deployment:<number>, service:<key> or portal")

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify(options["chain"])
        for fault in result.faults:
            self.stderr.write(f"{fault.chain} event {fault.sequence}: {fault.sentence}")
        if not result.holds:
            raise CommandError(f"{len(result.faults)} faults in {result.events} events.")
        self.stdout.write(f"{result.events} events in {result.chains} chains hold. {sentence()}")
