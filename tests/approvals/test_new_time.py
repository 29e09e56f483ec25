"""A HOLD that names a new time tells what is there already, before anything is saved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from tests.approvals.makers import make_ready
from tests.builders import Team, make_deployment, signed_in
from tests.deployments.freezes.makers import make_freeze

pytestmark = pytest.mark.django_db
SHOWN = ("shown_content", "shown_schedule", "latest_start_minutes")
FROZEN = "a freeze of Storage layer holds"


def address_of(deployment: Deployment) -> str:
    return f"{reverse('approvals:decide', args=[deployment.pk])}?verdict=hold"


def typed(client: Client, deployment: Deployment, days: int) -> dict[str, str]:
    """A form that was opened and filled in: HOLD, with a time so many days from now."""
    form = client.get(address_of(deployment)).context["form"]
    return {
        **{name: form[name].value() for name in SHOWN},
        "verdict": "hold",
        "reason": "The network team needs longer",
        "new_time": f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M}",
    }


@pytest.fixture
def deployment(team: Team) -> Deployment:
    """With a freeze in two days and another deployment in three, where it would go."""
    make_freeze(
        team.service, by=team.release_manager, starts_in=timedelta(days=1, hours=20),
        lasts=timedelta(hours=8),
    )  # fmt: skip
    make_deployment(team, t0_in=timedelta(days=3))
    return make_ready(team)


def test_new_time_that_meets_something_is_taken_once_that_was_shown(
    team: Team, deployment: Deployment
) -> None:
    client = signed_in(team.ops_lead)
    said, t0 = typed(client, deployment, 2), deployment.t0

    asked = client.post(address_of(deployment), said)

    assert asked.status_code == 422
    page = asked.content.decode()
    assert f"At the new time {FROZEN}" in page
    assert "Record it again to take it all the same." in page
    assert said["reason"] in page
    deployment.refresh_from_db()
    assert (deployment.state, deployment.t0) == (State.IN_REVIEW, t0)

    client.post(address_of(deployment), {**said, "met": asked.context["form"].met_now})
    deployment.refresh_from_db()
    assert deployment.state == State.ON_HOLD
    assert f"{deployment.t0:%Y-%m-%dT%H:%M}" == said["new_time"]


def test_what_was_shown_of_another_time_is_nothing_of_this_one(
    team: Team, deployment: Deployment
) -> None:
    client = signed_in(team.ops_lead)
    frozen = client.post(address_of(deployment), typed(client, deployment, 2))

    other = {**typed(client, deployment, 3), "met": frozen.context["form"].met_now}
    asked = client.post(address_of(deployment), other)

    assert asked.status_code == 422
    assert "is planned for the same place and time" in asked.content.decode()


def test_free_time_is_taken_at_once(team: Team, deployment: Deployment) -> None:
    client = signed_in(team.ops_lead)

    client.post(address_of(deployment), typed(client, deployment, 5))

    deployment.refresh_from_db()
    assert deployment.state == State.ON_HOLD


def test_time_is_looked_at_while_it_is_typed(team: Team, deployment: Deployment) -> None:
    client = signed_in(team.ops_lead)
    said = {**typed(client, deployment, 2), "preview": "1", "reason": "", "password": "wrong"}

    seen = client.post(address_of(deployment), said, headers={"HX-Request": "true"})
    free = client.post(
        address_of(deployment),
        {**typed(client, deployment, 5), "preview": "1"},
        headers={"HX-Request": "true"},
    )

    assert seen.content.decode().strip().startswith('<div id="new-time"')
    assert FROZEN.lower() in seen.content.decode().lower()
    assert "Give the reason" not in seen.content.decode()
    assert FROZEN.lower() not in free.content.decode().lower()
    deployment.refresh_from_db()
    assert deployment.state == State.IN_REVIEW


def test_last_day_of_the_calendar_is_refused_as_a_time(team: Team, deployment: Deployment) -> None:
    client = signed_in(team.ops_lead)
    said = {**typed(client, deployment, 2), "new_time": "9999-12-31T23:00"}

    assert client.post(address_of(deployment), said).status_code == 422
    assert client.post(address_of(deployment), {**said, "preview": "1"}).status_code == 200


@pytest.mark.parametrize("act", ["submit", "resume"])
def test_pages_that_bring_it_on_its_way_say_what_its_time_meets(act: str, team: Team) -> None:
    deployment = make_deployment(team)
    if act == "resume":
        Deployment.objects.filter(pk=deployment.pk).update(state=State.ON_HOLD)
    client, address = (
        signed_in(team.release_manager),
        reverse(f"approvals:{act}", args=[deployment.pk]),
    )
    assert "for the same place and time" not in client.get(address).content.decode()
    other = make_deployment(team)
    make_freeze(team.service, by=team.release_manager)

    page = client.get(address).content.decode()

    assert f"Deployment #{other.pk} is planned for the same place and time." in page
    assert "A freeze of Storage layer holds from" in page
