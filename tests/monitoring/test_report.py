"""The page of the report: what a deployment came to, in numbers and drawn, for print too."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deployments.models import Deployment
from gates.enums import Source
from gates.models import Metric
from monitoring.charts import charts_of
from monitoring.models import Series, Watch
from monitoring.report import report_of
from tests.builders import Team, find_team, make_deployment, signed_in
from tests.communications.reports import make_report


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def read(client: Client, deployment: Deployment) -> str:
    answer = client.get(reverse("monitoring:report", args=[deployment.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_report_says_every_metric_in_numbers_and_draws_it(team: Team) -> None:
    page = read(signed_in(team.stakeholder), make_report(team))
    for told in (
        '<th scope="row">Hit rate</th><td class="text-nowrap" data-label="Now">95 %</td>',
        'data-label="Lowest">75 %</td>',
        'data-label="Mean">83.56 %</td>',
        "&lt; 80 % (warning), &lt; 70 % (critical)",
        'id="charts"',
        'data-key="hit_rate"',
        "/charts",
    ):
        assert told in page, told


def test_report_of_what_was_not_watched_yet_draws_nothing(team: Team) -> None:
    page = read(signed_in(team.stakeholder), make_deployment(team))
    assert '<h2 class="h3">Metrics</h2>' not in page
    assert 'id="charts"' not in page


def test_report_asks_as_many_questions_however_much_was_watched(team: Team) -> None:
    deployment, client = make_report(team), signed_in(team.stakeholder)
    counts = []
    for many in range(2):
        with CaptureQueriesContext(connection) as asked:
            report_of(deployment)
        assert len(asked) == 14
        with CaptureQueriesContext(connection) as asked:
            charts_of(deployment)
        assert len(asked) == 4
        with CaptureQueriesContext(connection) as asked:
            read(client, deployment)
        counts.append(len(asked))
        for number in range(20):
            metric = Metric.objects.create(
                service=team.service, key=f"load_{many}_{number}", title=f"Load {number}",
                source=Source.PUSHED,
            )  # fmt: skip
            watch = Watch.objects.get(deployment=deployment)
            Series.objects.create(watch=watch, metric=metric, key=metric.key, title=metric.title)
    assert counts == [23, 23]
