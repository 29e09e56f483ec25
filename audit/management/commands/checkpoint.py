"""Makes a checkpoint now, and says which key vouches for it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from audit import checkpoints, keys, sender
from deployments import provenance


class Command(BaseCommand):
    help = "Sign where all chains end now, if anything changed, and send it where it belongs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", type=Path, metavar="FOLDER", help="also write the newest checkpoint there"
        )
        parser.add_argument(
            "--new-key",
            action="store_true",
            help="sign a last time with the key in use, then replace it by a new one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with provenance.acting("command"):
                made = checkpoints.make()
                if options["new_key"]:
                    self.stdout.write(f"The new key has the fingerprint {keys.replace()}.")
                sender.sweep(settings.PORTAL_URL)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        newest = made or checkpoints.newest()
        if newest is None:
            self.stdout.write("Nothing has happened yet.")
            return
        said = "is new" if made else "is the newest: nothing changed since"
        self.stdout.write(f"Checkpoint {newest.number} {said}, signed by the key {newest.key}.")
        if options["to"]:
            self.stdout.write(f"Written to {sender.write(newest, options['to'])}.")
