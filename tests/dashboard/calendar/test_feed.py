"""The calendar feed: one private link per person, revocable, and only what they see now."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar, Component

from dashboard.calendar import entries
from deployments import clock
from deployments.access.granting import revoke as revoke_grant
from deployments.access.people import deactivate, reactivate
from deployments.enums import Grant
from deployments.exceptions import Forbidden
from deployments.feeds import links
from deployments.models import CalendarFeed, Event
from deployments.services import schedule
from deployments.zones import zone_of
from tests.builders import (
    Team,
    make_administrator,
    make_deployment,
    make_machine,
    make_team,
    signed_in,
)
from tests.deployments.freezes.makers import make_freeze

pytestmark = pytest.mark.django_db


def path_of(address: str) -> str:
    return urlsplit(address).path


def read(path: str) -> list[Component]:
    answer = Client().get(path)
    assert answer.status_code == 200, answer.content
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_link_is_shown_once_and_feeds_without_signing_in(team: Team) -> None:
    deployment = make_deployment(team)
    make_freeze(team.service, by=team.release_manager, rule="FREQ=WEEKLY;COUNT=3")
    client = signed_in(team.member)

    address = client.post("/calendar/link/").context["address"]

    assert address not in client.get("/calendar/link/").content.decode()
    answer = Client().get(path_of(address))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    kinds = sorted(str(one["categories"].to_ical().decode()) for one in read(path_of(address)))
    assert kinds == ["deployment", "freeze", "freeze", "freeze"]
    uids = {str(one["uid"]) for one in read(path_of(address))}
    assert len(uids) == 4
    assert any(uid.startswith(f"deployment-{deployment.pk}@") for uid in uids)
    feed = CalendarFeed.objects.get()
    assert feed.digest not in address
    assert feed.last_used_at is not None


def test_feed_shows_only_what_the_person_sees_at_that_moment(team: Team) -> None:
    make_deployment(team)
    make_deployment(make_team("search", prefix="other_"))
    _, address = links.make(team.member)
    assert len(read(path_of(address))) == 1

    revoke_grant(team.service, Grant.MEMBER, team.member, actor=None, aware=True)

    assert read(path_of(address)) == []


def test_times_stand_on_the_planners_clock_with_its_changes(team: Team) -> None:
    deployment = make_deployment(team)
    schedule(
        deployment.pk,
        clock.now() + timedelta(days=200),
        actor=team.release_manager,
        zone="Europe/Vienna",
    )
    _, address = links.make(team.member)

    answer = Client().get(path_of(address))

    calendar = Calendar.from_ical(answer.content)
    [zone] = calendar.walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Europe/Vienna"
    [event] = calendar.walk("VEVENT")
    deployment.refresh_from_db()
    assert deployment.t0
    assert event["dtstart"].dt == deployment.t0.replace(microsecond=0)


def test_feed_says_today_that_it_does_not_hold_everything(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_deployment(team)
    _, address = links.make(team.member)
    monkeypatch.setattr(entries, "MOST", 3)
    assert len(read(path_of(address))) == 3

    monkeypatch.setattr(entries, "MOST", 2)

    *held, said = read(path_of(address))
    assert [str(one["categories"].to_ical().decode()) for one in held] == ["deployment"] * 2
    assert said["summary"] == "Deploy Portal: there is more than this calendar holds"
    assert said["dtstart"].dt == clock.now().astimezone(zone_of(team.member.zone)).date()
    assert said["url"].endswith("/calendar/")


def test_new_link_ends_the_old_one_and_revoking_ends_it(team: Team) -> None:
    _, first = links.make(team.member)
    _, second = links.make(team.member)
    assert Client().get(path_of(first)).status_code == 404
    assert Client().get(path_of(second)).status_code == 200

    client = signed_in(team.member)
    client.post("/calendar/link/revoke/")

    gone = Client().get(path_of(second))
    assert gone.status_code == 404
    assert "no-store" in gone["Cache-Control"]
    assert client.post("/calendar/link/revoke/").status_code == 409
    verbs = Event.objects.filter(object_kind="calendarfeed").values_list("verb", flat=True)
    assert sorted(verbs) == [
        "calendar link made",
        "calendar link made",
        "calendar link revoked",
        "calendar link revoked",
    ]


def test_link_ends_with_the_account_and_does_not_return_with_it(team: Team) -> None:
    administrator = make_administrator()
    _, address = links.make(team.member)

    deactivate(team.member, actor=administrator, aware=True)
    assert Client().get(path_of(address)).status_code == 404

    reactivate(team.member, actor=administrator)
    assert Client().get(path_of(address)).status_code == 404


def test_machine_gets_no_link() -> None:
    with pytest.raises(Forbidden, match="Only people have a calendar link"):
        links.make(make_machine())


@pytest.mark.parametrize("secret", ["wrong", "x" * 5000])
def test_wrong_secret_opens_nothing(secret: str) -> None:
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_feed_asks_as_many_questions_for_six_as_for_one(team: Team) -> None:
    _, address = links.make(team.member)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            Client().get(path_of(address))
        return len(found)

    make_deployment(team)
    make_freeze(team.service, by=team.release_manager)
    Client().get(path_of(address))
    few = asked()
    for _ in range(5):
        make_deployment(team)
        make_freeze(team.service, by=team.release_manager, rule="FREQ=DAILY")
    assert asked() == few


def test_names_add_no_line_of_their_own(team: Team) -> None:
    deployment = make_deployment(team)
    deployment.package = "Storage\r\nATTENDEE:mailto:eve@example.net"
    deployment.save(update_fields=["package"])
    _, address = links.make(team.member)

    [event] = read(path_of(address))

    assert "attendee" not in event
