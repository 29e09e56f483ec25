"""Print the word by which the first administrator of an empty portal is made on a page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deployments.entry import set_up


class Command(BaseCommand):
    help = "Print the set-up word of a portal in which nobody has an account yet."

    def handle(self, *_: Any, **__: Any) -> None:
        if not set_up.is_empty():
            raise CommandError("Somebody has an account already; there is no set-up word any more.")
        self.stdout.write(set_up.word())
