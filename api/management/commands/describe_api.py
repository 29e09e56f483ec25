"""Writes docs/schema/openapi.json, which is what the API answers at /api/v1/openapi.json."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from api.views import api

PAGE = settings.BASE_DIR / "docs" / "schema" / "openapi.json"


class Command(BaseCommand):
    help = "Write docs/schema/openapi.json from the API, or check that it is up to date."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail if the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        described = json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False) + "\n"
        if not options["check"]:
            PAGE.write_text(described, encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != described:
            raise CommandError(
                "docs/schema/openapi.json is out of date; run: manage.py describe_api"
            )
