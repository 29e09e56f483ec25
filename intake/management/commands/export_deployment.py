"""Prints what defines a deployment, as a document that can be imported again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deployments.models import Deployment
from intake.exporting import WRITERS, exported


class Command(BaseCommand):
    help = "Print what defines a deployment as YAML, JSON or Markdown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("deployment", type=int, metavar="ID")
        parser.add_argument("--format", choices=sorted(WRITERS), default="yaml")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = Deployment.objects.filter(pk=options["deployment"]).first()
        if found is None:
            raise CommandError(f"There is no deployment {options['deployment']}.")
        self.stdout.write(exported(found, options["format"]), ending="")
