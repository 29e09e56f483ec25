"""Fills a portal with many deployments, for trying out how it does with them."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deployments import provenance
from intake.seeding.chains import MEANS
from intake.seeding.sowing import real_deployments, sow

EVENTS_EACH = 100


class Command(BaseCommand):
    help = "Make many deployments with their history at once, in services of their own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deployments", type=int, required=True, metavar="N")
        parser.add_argument(
            "--events", type=int, metavar="M",
            help=f"of all together; otherwise {EVENTS_EACH} for each deployment",
        )  # fmt: skip
        parser.add_argument(
            "--beside", action="store_true", help="even where there are real deployments"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["deployments"]
        if wanted < 1:
            raise CommandError("Say how many deployments: one at least.")
        if (real := real_deployments()) and not options["beside"]:
            raise CommandError(
                f"This portal has {real} real deployments. Seeded ones cannot be taken out again, "
                "since history is kept for ever; --beside adds them all the same."
            )
        began = monotonic()
        with provenance.acting(MEANS):
            written = sow(wanted, options["events"] or wanted * EVENTS_EACH, self.stdout.write)
        for table, count in written.items():
            self.stdout.write(f"{count:>10} {table}")
        self.stdout.write(f"in {monotonic() - began:.0f} s; manage.py verify_history checks them.")
