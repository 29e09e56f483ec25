"""The page of the time: shown before it is saved, saved only on what was shown."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from communications.services import define_plan
from deployments import clock, outbox, services
from deployments.exceptions import Invalid, Overtaken
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment, signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def url_of(deployment: Deployment) -> str:
    return reverse("deployments:schedule", args=[deployment.pk])


def body(deployment: Deployment, by: timedelta = HOUR, **more: str) -> dict[str, str]:
    local = (deployment.t0 + by).astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    return {"local": local, "zone": "UTC", "shown": deployment.schedule_hash, **more}


def post(client: Client, deployment: Deployment, said: dict[str, str]) -> Any:
    return client.post(
        url_of(deployment), urlencode(said), content_type="application/x-www-form-urlencoded"
    )


@pytest.fixture
def deployment(team: Team) -> Deployment:
    made = make_deployment(team)
    # The form knows minutes only.
    whole = made.t0.replace(second=0, microsecond=0) + timedelta(minutes=1)
    services.schedule(made.pk, whole, actor=team.release_manager)
    define_plan(Deployment.objects.lock(made.pk), [])
    made.refresh_from_db()
    return made


def test_preview_saves_nothing_and_brings_the_button_to_save(
    team: Team, deployment: Deployment
) -> None:
    client, events = signed_in(team.release_manager), Event.objects.count()
    first = client.get(url_of(deployment)).content.decode()
    shown = post(client, deployment, body(deployment, preview="1"))
    page = shown.content.decode()

    assert (first.count("Save the time</button>"), page.count("Save the time</button>")) == (0, 1)
    assert (shown.status_code, "What this does" in page) == (200, True)
    assert "Final go/no-go: <time" in page
    assert Event.objects.count() == events
    fresh = Deployment.objects.get(pk=deployment.pk)
    assert (fresh.t0, fresh.schedule_hash) == (deployment.t0, deployment.schedule_hash)

    saved = post(client, deployment, body(deployment))
    assert (saved.status_code, saved["Location"]) == (302, deployment.get_absolute_url())
    assert Deployment.objects.get(pk=deployment.pk).t0 == deployment.t0 + HOUR


def test_htmx_gets_only_what_follows_from_the_time(team: Team, deployment: Deployment) -> None:
    client = signed_in(team.release_manager)
    headers = {"HX-Request": "true"}
    seen = client.post(url_of(deployment), body(deployment, preview="1"), headers=headers)
    wrong = client.post(
        url_of(deployment), {"local": "", "zone": "Mars", "preview": "1"}, headers=headers
    )
    assert seen.content.decode().strip().startswith('<div id="outcome"')
    assert "<html" not in seen.content.decode()
    assert (wrong.status_code, "Say when it begins." in wrong.content.decode()) == (422, True)
    assert "Save the time</button>" not in wrong.content.decode()


def test_same_time_is_no_event_and_says_that_nothing_changes(
    team: Team, deployment: Deployment
) -> None:
    client, same = signed_in(team.release_manager), body(deployment, timedelta(0))
    events = Event.objects.count()
    seen = post(client, deployment, {**same, "preview": "1"}).content.decode()
    assert "This is the time already; saving it changes nothing." in seen
    page = client.post(url_of(deployment), same, follow=True).content.decode()
    assert page.count("Nothing changes.") == 1
    assert Event.objects.count() == events


def test_whoever_was_slower_sees_the_others_time_beside_their_own(
    team: Team, deployment: Deployment
) -> None:
    client, mine = signed_in(team.release_manager), body(deployment, 2 * HOUR)
    theirs = clock.now() + 8 * HOUR
    services.schedule(deployment.pk, theirs, actor=team.release_manager)

    answer = post(client, deployment, mine)

    page = answer.content.decode()
    fresh = Deployment.objects.get(pk=deployment.pk)
    assert answer.status_code == 409
    assert page.count("Release Manager set another time meanwhile; nothing of yours is saved.") == 1
    assert f'value="{mine["local"]}"' in page
    assert f'<time datetime="{fresh.t0:%Y-%m-%dT%H:%M:%S}+00:00"' in page
    assert fresh.t0 == theirs
    assert f'name="shown" value="{fresh.schedule_hash}"' in page
    again = post(client, deployment, {**mine, "shown": fresh.schedule_hash})
    assert again.status_code == 302


def test_window_keeps_its_length_unless_its_end_is_said(team: Team, deployment: Deployment) -> None:
    client = signed_in(team.release_manager)
    end = (deployment.t0 + 5 * HOUR).strftime("%Y-%m-%dT%H:%M")
    post(client, deployment, body(deployment, end=end))
    deployment.refresh_from_db()
    assert deployment.window_length == 4 * HOUR
    assert "Left empty, it ends 4 h after T0." in client.get(url_of(deployment)).content.decode()
    post(client, deployment, body(deployment))
    deployment.refresh_from_db()
    assert deployment.window_length == 4 * HOUR


def test_end_before_t0_is_refused_and_what_was_typed_stays(
    team: Team, deployment: Deployment
) -> None:
    end = (deployment.t0 - HOUR).strftime("%Y-%m-%dT%H:%M")
    answer = post(signed_in(team.release_manager), deployment, body(deployment, end=end))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("The window ends before it begins; choose an end after T0.") == 1
    assert f'value="{end}"' in page


def test_end_in_a_doubled_hour_asks_which(team: Team, deployment: Deployment) -> None:
    client = signed_in(team.release_manager)
    said = {"local": "2027-10-31T01:30", "zone": "Europe/Vienna", "end": "2027-10-31T02:30"}
    asked = post(client, deployment, {**said, "preview": "1"})
    assert (asked.status_code, 'name="which"' in asked.content.decode()) == (422, True)
    post(client, deployment, {**said, "which": "second"})
    deployment.refresh_from_db()
    assert deployment.window_length == 2 * HOUR


def test_plan_on_the_same_place_and_time_is_a_warning(team: Team, deployment: Deployment) -> None:
    other = make_deployment(team, t0_in=6 * HOUR)
    client = signed_in(team.release_manager)
    beside = post(client, deployment, body(deployment, 3 * HOUR, preview="1")).content.decode()
    free = post(client, deployment, body(deployment, 24 * HOUR, preview="1")).content.decode()
    said = f"Deployment #{other.pk} is planned for the same place and time."
    assert (said in beside, said in free) == (True, False)
    assert post(client, deployment, body(deployment, 3 * HOUR)).status_code == 302


def test_preview_is_refused_like_the_act(team: Team, deployment: Deployment) -> None:
    answers = {
        name: post(signed_in(team.people[name]), deployment, body(deployment, preview="1"))
        for name in ("stakeholder", "ops_lead", "outsider")
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "stakeholder": 403,
        "ops_lead": 403,
        "outsider": 404,
    }


def test_service_refuses_what_was_not_shown_and_a_window_of_a_year(
    team: Team, deployment: Deployment
) -> None:
    at = clock.now() + 8 * HOUR
    actor = team.release_manager
    with pytest.raises(Overtaken):
        services.schedule(deployment.pk, at, actor=actor, shown="f" * 64)
    with pytest.raises(Invalid):
        services.schedule(deployment.pk, at, actor=actor, window_end=at + timedelta(days=365))


def test_last_day_that_a_calendar_knows_is_a_sentence(team: Team, deployment: Deployment) -> None:
    """Its window would end in a year that there is not."""
    values = body(deployment, local="9999-12-31T23:30")
    answer = post(signed_in(team.release_manager), deployment, values)
    assert answer.status_code == 422
    said = ["T0 is more than five years away; choose a nearer time."]
    assert answer.context["form"].non_field_errors() == said


def test_end_of_a_window_that_has_begun_may_move(team: Team, deployment: Deployment) -> None:
    past = clock.now() - HOUR
    Deployment.objects.filter(pk=deployment.pk).update(t0=past, window_end=past + 2 * HOUR)
    event = services.schedule(
        deployment.pk, past, actor=team.release_manager, window_end=past + 3 * HOUR
    )
    assert event.after["window_end"] == (past + 3 * HOUR).isoformat()
    assert outbox.deliver_due() > 0
