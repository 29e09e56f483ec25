"""The pages of freezes: what they show before anything is saved, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deployments import clock
from deployments.enums import Grant
from deployments.freezes import declaring, pages
from deployments.models import Environment, Exemption, Freeze
from deployments.services import grant
from tests.builders import (
    Team,
    make_administrator,
    make_deployment,
    make_person,
    make_team,
    signed_in,
)
from tests.deployments.freezes.makers import make_freeze

pytestmark = pytest.mark.django_db
NEW = "/freezes/new/"
TYPED = {
    "service": "storage-layer",
    "starts": "2027-03-26T22:00",
    "ends": "2027-03-27T06:00",
    "zone": "Europe/Vienna",
    "repeats": "FREQ=DAILY",
    "reason": "Easter trade",
}


def test_preview_shows_the_next_ten_across_the_clock_change_and_saves_nothing(team: Team) -> None:
    page = signed_in(team.release_manager).post(NEW, {**TYPED, "preview": "1"})

    said = page.content.decode()
    assert page.status_code == 200
    assert "The next 10 times" in said
    assert "Sat 27 Mar 2027, 22:00 CET" in said
    assert "Sun 28 Mar 2027, 06:00 CEST" in said
    assert "the clock changes during it" in said
    assert "The rule never ends: it holds again and again" in said
    assert "Save the freeze" in said
    assert not Freeze.objects.exists()


def test_preview_for_htmx_is_the_outcome_only_and_says_what_is_wrong(team: Team) -> None:
    client = signed_in(team.release_manager)
    headers = {"HX-Request": "true"}

    good = client.post(NEW, {**TYPED, "preview": "1"}, headers=headers)
    bad = client.post(
        NEW,
        {**TYPED, "repeats": "own", "rule": "FREQ=SECONDLY", "preview": "1"},
        headers=headers,
    )

    assert good.content.decode().strip().startswith('<div id="outcome"')
    assert "FREQ=SECONDLY is too often for a freeze" in bad.content.decode()
    assert "Save the freeze" not in bad.content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"zone": "Europe/Atlantis"}, "“Europe/Atlantis” is no time zone"),
        ({"starts": "2027-03-28T02:30"}, "does not exist in Europe/Vienna"),
        ({"reason": ""}, "Say why nothing may be deployed then"),
        ({"repeats": "own"}, "Write the rule"),
        ({"repeats": "own", "rule": "FREQ=DAILY;INTERVAL=0"}, "nothing that INTERVAL can be"),
        ({"rule": "FREQ=DAILY"}, "Choose “By a rule of your own”"),
        ({"service": "search"}, "Choose a service of which you are release manager."),
        ({"ends": "2027-03-26T21:00"}, "ends before it begins"),
    ],
)
def test_bad_input_stays_in_the_form_with_a_sentence(
    team: Team, change: dict[str, str], sentence: str
) -> None:
    page = signed_in(team.release_manager).post(NEW, {**TYPED, **change})

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert "2027-03-2" in page.content.decode()
    assert not Freeze.objects.exists()


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20270401"])
def test_rule_with_an_end_is_not_said_to_have_none(team: Team, rule: str) -> None:
    client = signed_in(team.release_manager)
    for said in ({"repeats": "own", "rule": rule}, {"repeats": ""}):
        page = client.post(NEW, {**TYPED, **said, "preview": "1"}).content.decode()
        assert "Save the freeze" in page
        assert "never ends" not in page


def test_saved_freeze_says_what_it_stops_with_links(team: Team) -> None:
    deployment, now = make_deployment(team), clock.now()
    times = {
        "starts": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "ends": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }
    client = signed_in(team.release_manager)

    page = client.post(NEW, {**TYPED, **times, "zone": "UTC", "repeats": ""}, follow=True)

    said = page.content.decode()
    assert "The freeze is saved. It stops 1 deployment that is planned." in said
    assert f'href="{deployment.get_absolute_url()}"' in said
    address = reverse("deployments:exemption", args=[deployment.pk, Freeze.objects.get().pk])
    assert f'href="{address}"' in said


def test_other_freezes_at_the_same_place_and_time_are_said_before_it_is_saved(team: Team) -> None:
    """Each night in Vienna meets the first night of a freeze that holds everywhere."""
    every, manager, now = make_administrator(), team.release_manager, clock.now()
    other = make_team("search", prefix="other_")
    night = partial(
        make_freeze, starts_in=datetime(2027, 3, 27, 20, tzinfo=UTC) - now, lasts=timedelta(hours=4)
    )
    everywhere = night(None, by=every, reason="Audit of the year")
    night(other.service, by=other.release_manager, reason="Another service")
    make_freeze(team.service, by=manager, reason="At another time", starts_in=timedelta(days=1))
    staging = Environment.objects.create(key="staging", title="Staging")
    night(team.service, by=manager, environment=staging, reason="Only staging")
    ended = night(team.service, by=manager, reason="Over and done")
    declaring.end(ended.pk, actor=manager, reason="Not needed")
    client = signed_in(manager)
    there = {**TYPED, "environment": team.environment.key}

    said = client.post(NEW, {**there, "preview": "1"}).content.decode()

    assert "1 other freeze holds at one of these times, too" in said
    address = reverse("deployments:freeze", args=[everywhere.pk])
    assert f'<a href="{address}">Every service</a>: Audit of the year' in said
    assert "from 27 Mar 2027 20:00 to 28 Mar 2027 00:00 (UTC)" in said
    for reason in ("Another service", "At another time", "Only staging", "Over and done"):
        assert reason not in said
    saved = client.post(NEW, there, follow=True).content.decode()
    assert "Audit of the year" in saved


def test_freeze_that_is_edited_is_not_beside_itself(team: Team) -> None:
    client = signed_in(team.release_manager)
    client.post(NEW, TYPED)
    address = reverse("deployments:freeze_edit", args=[Freeze.objects.get().pk])

    alone = client.post(address, {**TYPED, "preview": "1"}).content.decode()
    assert "The next 10 times" in alone
    assert "Other freezes there" not in alone

    client.post(NEW, TYPED)
    said = client.post(address, {**TYPED, "preview": "1"}).content.decode()
    assert "1 other freeze holds at one of these times, too" in said


def test_very_many_freezes_beside_are_counted_and_some_named(team: Team) -> None:
    starts = datetime(2027, 3, 27, 20, tzinfo=UTC) - clock.now()
    for _ in range(pages.MOST_NAMED + 2):
        make_freeze(team.service, by=team.release_manager, starts_in=starts, reason="Audit")

    said = signed_in(team.release_manager).post(NEW, {**TYPED, "preview": "1"}).content.decode()

    assert "22 other freezes hold at one of these times, too" in said
    assert said.count(": Audit <span") == pages.MOST_NAMED
    assert "and 2 more" in said


def test_edit_keeps_the_times_that_nobody_touched(team: Team) -> None:
    client = signed_in(team.release_manager)
    client.post(NEW, TYPED)
    freeze = Freeze.objects.get()
    address = reverse("deployments:freeze_edit", args=[freeze.pk])

    form = client.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    client.post(address, {**typed, "reason": "Stocktaking"})

    after = Freeze.objects.get()
    assert after.reason == "Stocktaking"
    assert (after.starts_at, after.ends_at, after.rule) == (
        freeze.starts_at,
        freeze.ends_at,
        "FREQ=DAILY",
    )
    slower = client.post(address, {**typed, "reason": "Inventory"})
    assert slower.status_code == 409
    assert "Somebody changed this freeze meanwhile" in slower.content.decode()


def test_freezes_are_listed_for_those_who_see_the_service(team: Team) -> None:
    make_freeze(team.service, by=team.release_manager, reason="Own trade")
    other = make_team("search", prefix="other_")
    make_freeze(other.service, by=other.release_manager, reason="Hidden trade")
    make_freeze(None, by=make_administrator(), reason="Everybody's trade")
    ended = make_freeze(team.service, by=team.release_manager, reason="Old trade")
    declaring.end(ended.pk, actor=team.release_manager, reason="Done")

    said = signed_in(team.member).get("/freezes/").content.decode()

    assert "Own trade" in said
    assert "Everybody&#x27;s trade" in said
    assert "Old trade" in said
    assert "Hidden trade" not in said
    assert "New freeze" not in said


def test_list_asks_as_many_questions_for_twelve_as_for_two(team: Team) -> None:
    client = signed_in(team.member)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/freezes/")
        return len(found)

    for _ in range(2):
        make_freeze(team.service, by=team.release_manager)
    few = asked()
    for _ in range(10):
        make_freeze(team.service, by=team.release_manager, rule="FREQ=DAILY")
    assert asked() == few


def test_page_of_the_exemption_names_who_may_and_lets_it_through(team: Team) -> None:
    second = make_person("second_manager")
    grant(team.service, Grant.RELEASE_MANAGER, second, actor=None)
    deployment = make_deployment(team)
    freeze = make_freeze(team.service, by=team.release_manager)
    address = reverse("deployments:exemption", args=[deployment.pk, freeze.pk])

    told = signed_in(team.member).get(address).content.decode()
    assert "have it exempted from this freeze by Second Manager" in told
    assert "Only release managers of this service may exempt a deployment" in told
    assert reverse("deployments:schedule", args=[deployment.pk]) in told
    # The requester reads on the deployment's page what stands in the way, with the way there.
    client = signed_in(team.release_manager)
    assert f'href="{address}"' in client.get(deployment.get_absolute_url()).content.decode()

    assert signed_in(second).post(address, {"reason": ""}).status_code == 422
    signed_in(second).post(address, {"reason": "A security fix"})
    made = Exemption.objects.get()
    assert (made.made_by, made.authenticated_by) == (second, "password")
    assert "Take it back" in signed_in(second).get(address).content.decode()

    back = reverse("deployments:exemption_end", args=[deployment.pk, freeze.pk])
    signed_in(second).post(back, {"reason": "No fix after all"})
    made.refresh_from_db()
    assert made.ended_reason == "No fix after all"


def test_old_proof_asks_for_the_password_again(team: Team) -> None:
    second = make_person("second_manager", password="correct horse battery")
    grant(team.service, Grant.RELEASE_MANAGER, second, actor=None)
    deployment = make_deployment(team)
    freeze = make_freeze(team.service, by=team.release_manager)
    client = signed_in(second)
    session = client.session
    del session["authenticated"]
    session.save()
    address = reverse("deployments:exemption", args=[deployment.pk, freeze.pk])

    refused = client.post(address, {"reason": "A security fix"})

    assert refused.status_code == 422
    assert "Enter your password again" in refused.content.decode()
    assert not Exemption.objects.exists()


def test_preview_of_a_new_time_says_that_a_freeze_meets_it(team: Team) -> None:
    deployment = make_deployment(team)
    make_freeze(team.service, by=team.release_manager, starts_in=timedelta(days=2))
    at = clock.now() + timedelta(days=2, hours=3)
    typed = {"local": f"{at:%Y-%m-%dT%H:%M}", "zone": "UTC", "preview": "1"}

    page = signed_in(team.release_manager).post(
        reverse("deployments:schedule", args=[deployment.pk]), typed
    )

    assert "A freeze of Storage layer holds from" in page.content.decode()
