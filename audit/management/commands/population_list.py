"""Lists every deployment of a period as CSV, or packs the evidence of a sample of them."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from audit import packs, population
from audit.policies import refusal_of_sample
from audit.population import Criteria
from deployments import provenance
from deployments.models import Service


class Command(BaseCommand):
    help = "List the deployments of a period with their exceptions, and draw a sample of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("first", type=date.fromisoformat, help="first day, as 2026-01-31 (UTC)")
        parser.add_argument("last", type=date.fromisoformat, help="last day, included")
        parser.add_argument("--service", action="append", metavar="KEY", help="only of this one")
        parser.add_argument("--sample", type=int, default=0, metavar="N", help="how many to draw")
        parser.add_argument("--seed", default="", help="to draw again what was drawn before")
        parser.add_argument("--out", type=Path, metavar="FILE", help="a .zip packs the sample")

    def handle(self, *args: Any, **options: Any) -> None:
        criteria = Criteria(
            options["first"],
            options["last"],
            services_called(options["service"]),
            options["seed"] or population.new_seed(),
            options["sample"],
        )
        wrong = refusal_of_sample(criteria.first, criteria.last, criteria.seed, criteria.size)
        if wrong:
            raise CommandError(wrong.sentence)
        numbers, sample = population.draw(criteria)
        place: Path | None = options["out"]
        if place is None:
            for piece in population.csv_of(criteria, sample):
                self.stdout.write(piece.decode().lstrip("\ufeff"), ending="")
        else:
            self._write(place, criteria, sample)
        self.stderr.write(
            f"{len(numbers)} deployments; sample of {len(sample)}, seed {criteria.seed}: "
            f"{', '.join(map(str, sample)) or 'none'}"
        )

    def _write(self, place: Path, criteria: Criteria, sample: list[int]) -> None:
        if place.exists():
            raise CommandError(f"{place} is there already: name another file.")
        try:
            if place.suffix == ".zip":
                with provenance.acting("command"):
                    packs.write_sample(place, criteria, by=None, tell=lambda number: None)
            else:
                place.write_bytes(b"".join(population.csv_of(criteria, sample)))
        except (ImproperlyConfigured, OSError) as error:
            raise CommandError(str(error)) from error


def services_called(keys: list[str] | None) -> tuple[int, ...] | None:
    if not keys:
        return None
    found = dict(Service.objects.filter(key__in=keys).values_list("key", "pk"))
    if missing := sorted(set(keys) - found.keys()):
        raise CommandError(f"There is no service {', '.join(missing)}.")
    return tuple(found.values())
