"""The made part of docs/gates.md."""

from typing import Any

from django.core.management.base import BaseCommand

from gates.documenting import page


class Command(BaseCommand):
    help = "Print the part of docs/gates.md that is made from the kinds of gate."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page())
