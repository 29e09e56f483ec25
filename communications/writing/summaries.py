"""What a summary says: the report of the deployment, by a reader's clock and in their register.

Those who only use the service read what it came to, the criteria and the incidents, and no name but
the release lead's; those who work on it read all, with the metrics in numbers and pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.urls import reverse

from communications.enums import Kind
from communications.writing import identity
from communications.writing.dates import Clock
from deployments.enums import FINAL
from deployments.models import Deployment
from monitoring.enums import Verdict
from monitoring.figures import Figure, Picture, figures_of, pictures_of
from monitoring.models import Alert, Incident, Target
from monitoring.report import Criterion, Report, report_of

# Mail programs cut what is longer than about 100 kB; the page of the report has all of it.
MOST_INCIDENTS, MOST_LINES = 10, 30
# Whatever failed is told before what nobody judged, and last what was met.
WORST_FIRST = (Verdict.NOT_MET, "", Verdict.UNKNOWN, Verdict.PARTLY, Verdict.MET)
One = TypeVar("One")
Judged = TypeVar("Judged", Criterion, Target)


@dataclass(frozen=True)
class Told(Generic[One]):
    """The part of a list that the mail says, and how many there are besides."""

    shown: Sequence[One]
    more: int = 0


def told(found: Sequence[One], most: int = MOST_LINES) -> Told[One]:
    return Told(found[:most], max(len(found) - most, 0))


def told_worst(judged: Sequence[Judged]) -> Told[Judged]:
    """In the order of the plan as long as all are told; else nothing that failed is cut off."""
    if len(judged) <= MOST_LINES:
        return Told(judged)
    return told(sorted(judged, key=lambda one: WORST_FIRST.index(one.verdict or "")))


@dataclass(frozen=True)
class Summary:
    """The facts, read once for all readers of one message."""

    report: Report
    figures: list[Figure]
    pictures: tuple[Picture, ...]

    @property
    def is_over(self) -> bool:
        """From then on it is the closing report, though criteria may still wait for a person."""
        watch, deployment = self.report.watch, self.report.deployment
        is_watched_on = watch is None or watch.ends_at is None or watch.ends_at > self.report.at
        return deployment.state in FINAL or not is_watched_on

    @property
    def judged(self) -> list[Criterion | Target]:
        """All that somebody or something judges."""
        return [*self.report.criteria, *self.report.targets]

    @property
    def tone(self) -> str:
        """As bad as the worst of it: something not met, or something that happened."""
        if any(one.verdict == Verdict.NOT_MET for one in self.judged):
            return "bad"
        return "warn" if self.report.alerts or self.incidents else "good"

    @property
    def incidents(self) -> list[Incident]:
        """Those that count."""
        return [one for one in self.report.incidents if one.dismissed_at is None]

    @property
    def open(self) -> list[str]:
        """What nobody and nothing has judged yet."""
        return [one.text for one in self.judged if not one.verdict]

    @property
    def open_criteria(self) -> list[str]:
        """What of it those read who only use the service, who are shown no targets."""
        return [one.text for one in self.report.criteria if not one.verdict]

    @property
    def longest(self) -> tuple[Alert, timedelta] | None:
        """The alert that stood longest, until now if it still does."""
        lengths = [
            (one, (one.closed_at or self.report.at) - one.opened_at) for one in self.report.alerts
        ]
        return max(lengths, key=lambda found: found[1], default=None)


def gather(kind: str, deployment: Deployment) -> Summary | None:
    """Nothing for the kinds that do not sum up."""
    if kind != Kind.SUMMARY:
        return None
    figures = figures_of(deployment)
    return Summary(report_of(deployment), figures, pictures_of(deployment, figures))


def context_of(
    summary: Summary | None, dates: Clock, *, is_technical: bool, has_pictures: bool = True
) -> dict[str, Any]:
    """What the templates of a summary need besides what every letter says.

    Only a mail brings pictures; where there are none, words say what each would show.
    """
    if summary is None:
        return {}
    report, incidents = summary.report, told(summary.incidents, MOST_INCIDENTS)
    page = reverse("monitoring:report", args=[report.deployment.pk])
    return {
        "report": report,
        "is_over": summary.is_over,
        "tone": summary.tone,
        "waits": told(report.waits if is_technical else []),
        "criteria": told_worst(report.criteria),
        "targets": told_worst(report.targets if is_technical else []),
        "unjudged": told(summary.open if is_technical else summary.open_criteria),
        "incidents": Told(list(_dated(incidents.shown, dates)), incidents.more),
        "longest": summary.longest,
        "figures": told(summary.figures if is_technical else []),
        "pictures": [
            (identity.content_id(one.name) if has_pictures else "", one)
            for one in summary.pictures
            if is_technical
        ],
        "url": f"{settings.PORTAL_URL}{page}",
    }


def _dated(incidents: Iterable[Incident], dates: Clock) -> Iterable[tuple[str, Incident]]:
    for one in incidents:
        yield dates.day(one.at), one
