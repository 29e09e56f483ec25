"""Prints the JSON Schema of the structured form, which docs/schema keeps."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from intake.structured.schema import DOCUMENT


class Command(BaseCommand):
    help = "Print the JSON Schema of the structured form of a deployment."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(json.dumps(DOCUMENT, indent=2))
