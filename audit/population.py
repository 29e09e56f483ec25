"""Every deployment of a period with what came of it, its exceptions marked, and a drawn sample.

A deployment belongs to the period in which it started; one that never did, to that of its T0, and
a draft without one to that of its making. The sample takes those whose SHA-256 of “seed:number”
is smallest, so that anybody can draw it again; a seed that was not chosen is made at random.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from approvals.enums import Verdict
from approvals.models import Decision, Waiver
from audit.csv_rows import csv_pieces
from audit.verifier import drawn
from deployments.models import Deployment, Exemption
from gates.models import Sample

ALGORITHM = "The numbers whose SHA-256 of “seed:number” (UTF-8) is smallest, in that order."
MOST_DRAWN = 200


@dataclass(frozen=True)
class Exceptional:
    """A way in which a deployment did not go as the rule is; `rows` finds what shows it."""

    key: str
    title: str
    rows: QuerySet[Any]


EXCEPTIONS = (
    Exceptional(
        "broke_glass",
        "Break-glass",
        Decision.objects.filter(deployment=OuterRef("pk")).exclude(overridden={}),
    ),
    Exceptional(
        "was_waived",
        "Waiver",
        Waiver.objects.filter(deployment=OuterRef("pk"), signed_at__isnull=False),
    ),
    Exceptional(
        "was_by_hand",
        "Result by hand",
        Sample.objects.filter(run__gate__deployment=OuterRef("pk"), by_hand=True),
    ),
    Exceptional(
        "was_held",
        "Automatic HOLD",
        Decision.objects.filter(
            deployment=OuterRef("pk"), verdict=Verdict.HOLD, decided_by__isnull=True
        ),
    ),
    # As with waivers, also one that was taken back: somebody let it through.
    Exceptional(
        "was_exempted", "Freeze exemption", Exemption.objects.filter(deployment=OuterRef("pk"))
    ),
)
FLAGS = {one.key: Exists(one.rows) for one in EXCEPTIONS}
MOMENT = Coalesce("started_at", "t0", "created_at")
HEADINGS = (
    "Number", "Package", "Service", "Environment", "When (UTC)", "Result", "Requested by",
    "Led by", *(one.title for one in EXCEPTIONS),
)  # fmt: skip


@dataclass(frozen=True)
class Criteria:
    """Which deployments, both days included and in UTC; `services` None: those of all services."""

    first: date
    last: date
    services: tuple[int, ...] | None
    seed: str
    size: int

    def as_data(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "services": list(self.services) if self.services is not None else None,
            "seed": self.seed,
            "size": self.size,
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Criteria:
        services = data["services"]
        return cls(
            date.fromisoformat(data["first"]),
            date.fromisoformat(data["last"]),
            tuple(services) if services is not None else None,
            data["seed"],
            data["size"],
        )


def new_seed() -> str:
    return secrets.token_hex(8)


def members(criteria: Criteria) -> QuerySet[Deployment]:
    """The population, by number; each with its `moment`."""
    begin = datetime.combine(criteria.first, time(), UTC)
    end = datetime.combine(criteria.last + timedelta(days=1), time(), UTC)
    found = Deployment.objects.annotate(moment=MOMENT)
    found = found.filter(moment__gte=begin, moment__lt=end).order_by("pk")
    if criteria.services is not None:
        found = found.filter(service__in=criteria.services)
    return found


def marked(found: QuerySet[Deployment]) -> QuerySet[Deployment]:
    """Each with a flag for each kind of exception."""
    return found.select_related("service", "environment", "requester", "lead").annotate(**FLAGS)


def exceptions_of(deployment: Deployment) -> list[str]:
    """The titles of those that a marked deployment has."""
    return [one.title for one in EXCEPTIONS if getattr(deployment, one.key)]


def counted(criteria: Criteria) -> dict[str, Any]:
    """How many there are, and how many of them with each kind of exception."""
    found = members(criteria).annotate(**FLAGS)
    numbers = found.aggregate(
        all=Count("pk"),
        **{f"with_{one.key}": Count("pk", filter=Q(**{one.key: True})) for one in EXCEPTIONS},
    )
    marked_ones = [(one.title, numbers[f"with_{one.key}"]) for one in EXCEPTIONS]
    return {"all": numbers["all"], "exceptions": marked_ones}


def draw(criteria: Criteria) -> tuple[list[int], list[int]]:
    """The numbers of the population and those of the sample."""
    numbers = list(members(criteria).values_list("pk", flat=True))
    return numbers, drawn(criteria.seed, numbers, criteria.size)


def csv_of(criteria: Criteria, sample: Collection[int] | None = None) -> Iterator[bytes]:
    """With a sample, the last column says who is in it."""
    return csv_pieces(_rows(criteria, None if sample is None else frozenset(sample)))


def _rows(criteria: Criteria, sample: Collection[int] | None) -> Iterable[tuple[object, ...]]:
    yield HEADINGS if sample is None else (*HEADINGS, "In the sample")
    for one in marked(members(criteria)).iterator(chunk_size=1000):
        row = (
            one.pk, one.package, one.service.title, one.environment.title,
            f"{_moment(one):%Y-%m-%d %H:%M}", one.get_state_display(),
            one.requester, one.lead,
            *("yes" if getattr(one, kind.key) else "no" for kind in EXCEPTIONS),
        )  # fmt: skip
        yield row if sample is None else (*row, "yes" if one.pk in sample else "no")


def _moment(one: Deployment) -> datetime:
    return (one.started_at or one.t0 or one.created_at).astimezone(UTC)


def described(criteria: Criteria, numbers: list[int], sample: list[int]) -> dict[str, Any]:
    """All that somebody needs to draw again."""
    return {
        **criteria.as_data(),
        "algorithm": ALGORITHM,
        "population": numbers,
        "sample": sample,
    }
