"""After a new key was put first: seals the credentials of all connections with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deployments import provenance
from deployments.outside.declaring import reseal


class Command(BaseCommand):
    help = "Seal the credentials of connections with the first of PORTAL_CREDENTIALS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        with provenance.acting("command"):
            kept, unreadable = reseal()
        self.stdout.write(f"{kept} credentials are sealed with the first key.")
        if unreadable:
            names = ", ".join(one.key for one in unreadable)
            raise CommandError(f"No key opens the credentials of: {names}. Type them again.")
