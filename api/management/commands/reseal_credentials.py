"""After a new key was put first: seals the secrets of connections, webhooks and links with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api import webhooks
from communications.chat import declaring as channels
from deployments import provenance
from deployments.outside import declaring
from deployments.sharing import links


class Command(BaseCommand):
    help = "Seal whatever is kept sealed with the first of PORTAL_CREDENTIALS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        with provenance.acting("command"):
            kept, closed = declaring.reseal()
            sealed, silent = webhooks.reseal()
            shared, lost = links.reseal()
            told, closed_channels = channels.reseal()
        self.stdout.write(f"{kept} credentials are sealed with the first key.")
        self.stdout.write(f"{sealed} webhooks are sealed with the first key.")
        self.stdout.write(f"{shared} stakeholder links are sealed with the first key.")
        self.stdout.write(f"{told} chat channels are sealed with the first key.")
        if closed or silent or lost or closed_channels:
            links_of = (f"the link of deployment {one.deployment_id}" for one in lost)
            names = [*(one.key for one in closed), *(one.title for one in silent), *links_of]
            names += [str(one) for one in closed_channels]
            raise CommandError(
                f"No key opens the secrets of: {', '.join(names)}. Type, rotate or make them anew."
            )
