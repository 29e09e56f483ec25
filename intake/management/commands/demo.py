"""Loads the demo team and two deployments."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from deployments import provenance
from intake import demo, demo_sample


class Command(BaseCommand):
    help = "Load a demo team with a deployment in review and one decided GO."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only where nobody exists yet")
        parser.add_argument(
            "--show-sign-ins", action="store_true", help="only print who may sign in"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["show_sign_ins"]:
            self.stdout.write("\n".join(demo.sign_ins()))
            return
        if not settings.PORTAL_DEMO:
            raise CommandError(
                "The demo brings accounts with a known password, an administrator among them; "
                "set PORTAL_DEMO=1 if this portal is for trying out."
            )
        with provenance.acting("demo"):
            if options["if_empty"] and User.objects.exists():
                demo_sample.follow()
                return
            for deployment in demo.load():
                state = deployment.get_state_display()
                self.stdout.write(f"#{deployment.pk} {deployment} is {state}.")
