"""What a summary says: the report of the deployment, by a reader's clock and in their register.

Those who only use the service read what it came to, the criteria and the incidents, and no name but
the release lead's; those who work on it read all, with the metrics in numbers and pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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

MOST_INCIDENTS, MOST_FIGURES = 10, 30


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
    report, told = summary.report, summary.incidents[:MOST_INCIDENTS]
    page = reverse("monitoring:report", args=[report.deployment.pk])
    return {
        "report": report,
        "is_over": summary.is_over,
        "tone": summary.tone,
        "unjudged": summary.open if is_technical else summary.open_criteria,
        "incidents": list(_dated(told, dates)),
        "more_incidents": len(summary.incidents) - len(told),
        "longest": summary.longest,
        "figures": summary.figures[:MOST_FIGURES] if is_technical else [],
        "more_figures": max(len(summary.figures) - MOST_FIGURES, 0),
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
