"""Nothing closes itself: what stays open after its watch stands first before whoever leads it."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checklists.models import Item
from dashboard.home import LEFT_OPEN, Entry, home_of
from deployments import clock
from deployments.models import Deployment
from monitoring import services
from monitoring.enums import Result, Verdict
from monitoring.models import Watch
from tests.builders import Team, make_deployment, signed_in
from tests.monitoring.test_services import add_criterion, completed, make_watched

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def make_watched_since(team: Team, ago: timedelta) -> Deployment:
    """Its watch lasts 12 hours, and one criterion is not judged."""
    deployment = make_watched(team)
    add_criterion(deployment)
    deployment = completed(deployment)
    services.open_watch(deployment.pk)
    Deployment.objects.filter(pk=deployment.pk).update(completed_at=clock.now() - ago)
    Watch.objects.filter(deployment=deployment).update(
        opened_at=clock.now() - ago, ends_at=clock.now() - ago + 12 * HOUR
    )
    return deployment


def mine(team: Team, person: str) -> list[Entry]:
    return home_of(team.people[person], UTC).mine


def test_what_is_not_closed_after_72_hours_stands_first_before_its_lead(team: Team) -> None:
    other = make_deployment(team, t0_in=HOUR)
    deployment = make_watched_since(team, 73 * HOUR)

    first, second = mine(team, "release_manager")

    assert (first.deployment, first.note) == (deployment, LEFT_OPEN)
    assert (second.deployment, second.note) == (other, "")
    assert first.act is not None
    assert (first.act.label, first.act.url) == (
        "See what keeps it open",
        f"/deployments/{deployment.pk}/watch/",
    )
    page = signed_in(team.release_manager).get("/").content.decode()
    assert page.index(LEFT_OPEN) < page.index(other.get_absolute_url())
    assert LEFT_OPEN not in signed_in(team.ops_lead).get("/").content.decode()
    item = Item.objects.get(deployment=deployment)
    services.judge_criterion(
        deployment.pk, item.pk, Verdict.MET, actor=team.product_owner, reason="Calm"
    )
    [first, _] = mine(team, "release_manager")
    assert first.act is not None and first.act.label == "Close the deployment"
    services.close(deployment.pk, actor=team.release_manager, result=Result.SUCCEEDED)
    assert [one.deployment for one in mine(team, "release_manager")] == [other]


@pytest.mark.parametrize("longer", [False, True])
def test_nothing_is_left_open_before_72_hours_or_while_it_is_watched(
    team: Team, *, longer: bool
) -> None:
    deployment = make_watched_since(team, 71 * HOUR)
    if longer:
        Deployment.objects.update(completed_at=clock.now() - 80 * HOUR)
        Watch.objects.update(ends_at=clock.now() + HOUR)
    assert mine(team, "release_manager") == []
    assert [one.deployment for one in home_of(team.release_manager, UTC).watched] == [deployment]


def test_home_asks_as_often_with_one_left_open(team: Team) -> None:
    make_watched_since(team, 71 * HOUR)
    client = signed_in(team.release_manager)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/")
        return len(found)

    before = asked()
    Deployment.objects.update(completed_at=clock.now() - 73 * HOUR)
    assert asked() == before
