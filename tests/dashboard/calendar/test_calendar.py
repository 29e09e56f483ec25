"""The calendar's page: what it shows to whom, and what stands in the way of what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from dashboard.calendar.entries import Entry, entries_of
from deployments import clock
from deployments.models import Deployment
from monitoring.models import Watch
from tests.builders import Team, make_administrator, make_deployment, make_team, signed_in
from tests.deployments.freezes.makers import make_exemption, make_freeze

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def entries(user: User, days: int = 5) -> list[Entry]:
    now = clock.now()
    return entries_of(user, now - DAY, now + days * DAY).entries


def make_watched(team: Team) -> Deployment:
    deployment, now = make_deployment(team, t0_in=timedelta(hours=1)), clock.now()
    Watch.objects.update_or_create(
        deployment=deployment, defaults={"opened_at": now, "ends_at": now + 2 * DAY}
    )
    return deployment


def test_shown_is_what_one_sees_and_no_more(team: Team) -> None:
    other = make_team("search", prefix="other_")
    own, hidden = make_watched(team), make_deployment(other)
    make_freeze(team.service, by=team.release_manager, reason="Own trade")
    make_freeze(other.service, by=other.release_manager, reason="Hidden trade")
    make_freeze(None, by=make_administrator(), reason="Every trade", starts_in=3 * DAY)

    found = {
        (one.kind, one.key if one.kind != "freeze" else one.title) for one in entries(team.member)
    }

    assert found == {
        ("deployment", f"deployment-{own.pk}"),
        ("watch", f"watch-{own.pk}"),
        ("freeze", "Own trade"),
        ("freeze", "Every trade"),
    }
    page = signed_in(team.outsider).get("/calendar/").content.decode()
    assert own.package not in page
    assert "Own trade" not in page
    assert "Every trade" in page
    assert hidden.package == own.package


def test_conflicts_are_said_in_words(team: Team) -> None:
    first, second = make_deployment(team), make_deployment(team, t0_in=timedelta(hours=4))
    later = make_deployment(team, t0_in=3 * DAY)
    freeze = make_freeze(team.service, by=team.release_manager, starts_in=2 * DAY, lasts=2 * DAY)

    by_key = {one.key: one for one in entries(team.member)}

    assert by_key[f"deployment-{first.pk}"].conflicts == (
        f"Same place and time as #{second.pk} Storage layer 1.4",
    )
    assert by_key[f"deployment-{later.pk}"].conflicts == ("Stopped by a freeze of Storage layer",)
    page = signed_in(team.member).get("/calendar/?view=list").content.decode()
    assert "Stopped by a freeze of Storage layer" in page
    assert "3 planned deployments cannot go as planned" in page

    make_exemption(later, freeze, by=team.auditor)
    [now] = [one for one in entries(team.member) if one.key == f"deployment-{later.pk}"]
    assert now.conflicts == ()


def test_conflict_with_what_is_beyond_the_page_is_said_too(team: Team) -> None:
    """One goes on into the next day, on which another one begins meanwhile."""
    first, second = make_deployment(team), make_deployment(team)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + 3 * DAY
    hour = timedelta(hours=1)
    for one, begin in ((first, midnight - hour), (second, midnight + hour / 2)):
        Deployment.objects.filter(pk=one.pk).update(t0=begin, window_end=begin + 2 * hour)

    [before] = entries_of(team.member, midnight - DAY, midnight).entries
    [*_, after] = entries_of(team.member, midnight + 1.25 * hour, midnight + DAY).entries

    assert before.conflicts == (f"Same place and time as #{second.pk} Storage layer 1.4",)
    assert after.conflicts == (f"Same place and time as #{first.pk} Storage layer 1.4",)


def test_only_release_managers_move_and_only_what_has_not_begun(team: Team) -> None:
    deployment = make_deployment(team)

    assert [one.local for one in entries(team.member)] == [""]
    assert [one.local for one in entries(team.release_manager)] == [
        deployment.t0.strftime("%Y-%m-%dT%H:%M") if deployment.t0 else ""
    ]
    page = signed_in(team.release_manager).get("/calendar/?view=list").content.decode()
    assert f'data-move="/deployments/{deployment.pk}/schedule/"' in page
    assert ">Reschedule<" in page
    assert "data-move" not in signed_in(team.member).get("/calendar/?view=list").content.decode()


def test_days_are_those_of_the_viewers_zone(team: Team) -> None:
    deployment = make_deployment(team)
    Deployment.objects.filter(pk=deployment.pk).update(
        t0="2026-11-20T22:30:00Z", window_end="2026-11-21T00:30:00Z"
    )
    User.objects.filter(pk=team.member.pk).update(zone="Asia/Tokyo")
    client = signed_in(team.member)

    page = client.get("/calendar/?view=week&on=2026-11-21")

    [day] = [one for one in page.context["days"] if one.pieces]
    assert str(day.on) == "2026-11-21"
    assert day.pieces[0].hours == "07:30–09:30"
    assert "Times in Asia/Tokyo" in page.content.decode()
    User.objects.filter(pk=team.member.pk).update(zone="UTC")
    days = client.get("/calendar/?view=week&on=2026-11-21").context["days"]
    assert [(str(one.on), one.pieces[0].hours) for one in days if one.pieces] == [
        ("2026-11-20", "from 22:30"),
        ("2026-11-21", "until 00:30"),
    ]


def test_cancelled_ones_are_gone_and_empty_days_say_what_will_come(team: Team) -> None:
    deployment = make_deployment(team)
    Deployment.objects.filter(pk=deployment.pk).update(state="cancelled")

    page = signed_in(team.member).get("/calendar/?view=month&on=bad").content.decode()

    assert "Nothing is planned, watched or frozen in these days." in page


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_page_asks_as_many_questions_for_ten_as_for_one(team: Team, view: str) -> None:
    client = signed_in(team.release_manager)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(f"/calendar/?view={view}")
        return len(found)

    make_watched(team)
    make_freeze(team.service, by=team.release_manager)
    few = asked()
    for _ in range(4):
        make_watched(team)
        make_freeze(team.service, by=team.release_manager, rule="FREQ=DAILY")
    assert asked() == few
