"""Writes the evidence of one deployment to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from audit import packs
from deployments import provenance
from deployments.models import Deployment


class Command(BaseCommand):
    help = "Write the evidence pack of a deployment: a ZIP that can be verified without the portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("deployment", type=int, help="its number")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        place: Path = options["out"]
        if place.exists():
            raise CommandError(f"{place} is there already: name another file.")
        if not Deployment.objects.filter(pk=options["deployment"]).exists():
            raise CommandError(f"There is no deployment {options['deployment']}.")
        try:
            with provenance.acting("command"):
                packs.write_deployment(
                    place, options["deployment"], by=None, tell=lambda number: None
                )
        except (ImproperlyConfigured, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{place}: {place.stat().st_size} bytes.")
