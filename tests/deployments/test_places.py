"""Which deployment has gone to a place since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checklists import leftovers, services
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Invalid
from deployments.models import Deployment
from deployments.places import later_start
from tests.builders import Team, make_deployment, make_environment, make_service
from tests.checklists.makers import make_day

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def started(deployment: Deployment, ago: timedelta, **more: object) -> Deployment:
    Deployment.objects.filter(pk=deployment.pk).update(started_at=clock.now() - ago, **more)
    deployment.refresh_from_db()
    return deployment


def test_newest_later_start_at_the_same_place_counts_and_no_other(team: Team) -> None:
    deployment = make_deployment(team)
    assert later_start(deployment) is None
    started(deployment, 3 * HOUR)
    started(make_deployment(team), 4 * HOUR)
    started(make_deployment(team), HOUR, environment=make_environment("staging"))
    started(make_deployment(team), HOUR, service=make_service("queue", "Queue"))
    make_deployment(team)
    assert later_start(deployment) is None

    started(make_deployment(team), 2 * HOUR)
    newest = started(make_deployment(team), HOUR, state=State.ROLLED_BACK)

    assert later_start(deployment) == newest
    assert later_start(newest) is None


def test_way_back_after_a_later_start_says_what_it_was_not_signed_for(team: Team) -> None:
    deployment = make_day(team, begun_ago=2 * HOUR)
    Deployment.objects.filter(pk=deployment.pk).update(
        state=State.WATCHING, completed_at=clock.now() - HOUR
    )
    later = started(make_deployment(team), HOUR / 2, state=State.WATCHING)
    deployment.refresh_from_db()

    [limit] = leftovers.limits_of(deployment)

    assert limit.sentence == (
        f"Deployment #{later.pk} (Storage layer 1.4) went to Production after this one; the way "
        "back was not signed for what it changed."
    )
    with pytest.raises(Invalid, match="Read what the way back does not bring back"):
        services.roll_back(deployment.pk, actor=team.ops_lead, reason="errors")
