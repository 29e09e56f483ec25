"""After a new key was put first: seals the secrets of connections and webhooks with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api import webhooks
from deployments import provenance
from deployments.outside import declaring


class Command(BaseCommand):
    help = "Seal credentials and webhook secrets with the first of PORTAL_CREDENTIALS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        with provenance.acting("command"):
            kept, closed = declaring.reseal()
            sealed, silent = webhooks.reseal()
        self.stdout.write(f"{kept} credentials are sealed with the first key.")
        self.stdout.write(f"{sealed} webhooks are sealed with the first key.")
        if closed or silent:
            names = ", ".join([*(one.key for one in closed), *(one.title for one in silent)])
            raise CommandError(f"No key opens the secrets of: {names}. Type or rotate them.")
