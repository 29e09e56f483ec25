"""Draws docs/states.md from the table of moves."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from deployments.diagram import draw

PAGE = settings.BASE_DIR / "docs" / "states.md"


class Command(BaseCommand):
    help = "Write docs/states.md from the table of moves, or check that it is up to date."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail if the page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        drawn = draw()
        if not options["check"]:
            PAGE.write_text(drawn, encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != drawn:
            raise CommandError("docs/states.md is out of date; run: manage.py state_diagram")
