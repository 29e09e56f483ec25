"""Who says that somebody is away, who may stand in, and every sentence that refuses it."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.verification import verify
from deployments import clock
from deployments.access.absences import Absence, end_stand_in, name_stand_in
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Event, StandIn
from deployments.services import grant_role
from tests.builders import (
    Team,
    make_administrator,
    make_machine,
    make_role,
    make_stand_in,
    make_team,
    signed_in,
)
from tests.threads import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def name(
    team: Team,
    absent: User,
    stand_in: User | None,
    *,
    actor: User | None = None,
    starts: timedelta = DAY,
    ends: timedelta = 5 * DAY,
) -> StandIn:
    now = clock.now()
    absence = Absence(absent, stand_in, now + starts, now + ends, "holiday")
    [row] = name_stand_in([team.service], absence, actor=actor or absent)
    return row


@pytest.mark.django_db
def test_naming_and_ending_are_events_of_the_service(team: Team) -> None:
    row = name(team, team.security, team.member)
    end_stand_in(row, actor=team.member)

    ended, named = Event.objects.filter(chain="service:storage-layer").order_by("-sequence")[:2]
    assert (named.verb, named.actor, named.reason) == ("stand-in named", team.security, "holiday")
    assert named.after == {
        "absent": "security",
        "stand_in": "member",
        "from": row.starts_at.isoformat(),
        "until": row.ends_at.isoformat(),
    }
    assert (ended.verb, ended.actor, ended.before) == ("stand-in ended", team.member, named.after)
    assert verify().faults == []


@pytest.mark.django_db
def test_absence_without_a_stand_in_is_filled_by_one_that_covers_it(team: Team) -> None:
    bare = name(team, team.security, None)
    with pytest.raises(Refused, match=r"name a stand-in for all of that time, or end it first\."):
        name(team, team.security, team.member, starts=2 * DAY)

    filled = name(team, team.security, team.member, starts=DAY - HOUR, ends=6 * DAY)

    bare.refresh_from_db()
    assert bare.revoked_by == team.security
    assert list(StandIn.objects.lasting(clock.now())) == [filled]


@pytest.mark.django_db
def test_absence_that_is_over_is_not_begun_over_again(team: Team) -> None:
    """What was signed meanwhile was signed in an absence that ended then."""
    row = name(team, team.security, team.member)
    now = clock.now()
    StandIn.objects.filter(pk=row.pk).update(starts_at=now - DAY, ends_at=now - HOUR)
    with pytest.raises(Refused, match=r"which is over; let the new absence begin when that one"):
        name(team, team.security, team.member, starts=-2 * HOUR, ends=DAY)

    later = name(team, team.security, team.member, starts=-HOUR, ends=DAY)

    assert list(StandIn.objects.lasting(clock.now())) == [later]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["release_manager", "administrator"])
def test_others_name_a_stand_in_for_somebody_who_is_away_already(who: str, team: Team) -> None:
    actor = make_administrator() if who == "administrator" else team.release_manager

    row = name(team, team.security, team.member, actor=actor, starts=timedelta(0))

    assert row.named_by == actor
    with pytest.raises(Forbidden) as refused:
        name(team, team.operations, team.member, actor=actor, starts=HOUR)
    assert refused.value.sentence == (
        "Only Operations plans their absence; others name a stand-in once it has begun."
    )


@pytest.mark.django_db
def test_nobody_gives_themselves_the_roles_of_somebody_else(team: Team) -> None:
    with pytest.raises(Forbidden, match=r"^You cannot give yourself the roles of somebody else"):
        name(
            team, team.security, team.release_manager, actor=team.release_manager,
            starts=timedelta(0),
        )  # fmt: skip
    with pytest.raises(Forbidden, match=r"^Only the person who is away, release managers"):
        name(team, team.security, team.member, actor=team.ops_lead, starts=timedelta(0))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts", "ends", "sentence"),
    [
        (5 * DAY, DAY, "The absence ends before it begins"),
        (-3 * DAY, -DAY, "The absence is over already"),
        (DAY, 368 * DAY, "An absence lasts at most 366 days"),
    ],
)
def test_times_that_cannot_be_are_refused(
    starts: timedelta, ends: timedelta, sentence: str, team: Team
) -> None:
    with pytest.raises(Invalid, match=f"^{sentence}"):
        name(team, team.security, team.member, starts=starts, ends=ends)
    assert StandIn.objects.count() == 0


@pytest.mark.django_db
def test_who_cannot_be_a_stand_in_is_refused(team: Team) -> None:
    gone = team.stakeholder
    gone.is_active = False
    gone.save()
    for stand_in, sentence in (
        (team.security, "Nobody stands in for themselves"),
        (team.outsider, "Outsider does not see Storage layer; name somebody who does"),
        (gone, "Stakeholder is deactivated"),
        (make_machine(), "Ci is a machine"),
    ):
        with pytest.raises(Invalid, match=f"^{sentence}"):
            name(team, team.security, stand_in)


@pytest.mark.django_db
def test_whoever_holds_no_role_needs_no_stand_in(team: Team) -> None:
    with pytest.raises(Invalid, match=r"^Member holds no sign-off role of Storage layer"):
        name(team, team.member, team.security)


@pytest.mark.django_db
def test_stand_in_who_is_away_then_is_refused_with_who_stands_in(team: Team) -> None:
    name(team, team.operations, team.member, starts=3 * DAY, ends=4 * DAY)

    with pytest.raises(Refused) as refused:
        name(team, team.security, team.operations)
    assert refused.value.sentence.startswith("Operations is away from Storage layer from ")
    assert refused.value.sentence.endswith(
        "and Member stands in for them; nobody stands in for a stand-in. Name somebody else."
    )
    assert name(team, team.security, team.operations, ends=3 * DAY - HOUR).stand_in


@pytest.mark.django_db
def test_second_absence_at_the_same_time_is_refused(team: Team) -> None:
    name(team, team.security, team.member)

    with pytest.raises(Refused, match=r"already, and Member stands in; end that first\.$"):
        name(team, team.security, team.ops_lead, starts=2 * DAY)
    assert name(team, team.security, team.ops_lead, starts=6 * DAY, ends=7 * DAY)


@pytest.mark.django_db
def test_ending_is_refused_to_strangers_and_when_it_is_ended(team: Team) -> None:
    row = make_stand_in(team.service, team.security, team.member)
    with pytest.raises(Forbidden, match=r"^Only the two people concerned, release managers"):
        end_stand_in(row, actor=team.operations)
    end_stand_in(row, actor=team.release_manager)

    with pytest.raises(Overtaken, match=r"^Release Manager ended it already"):
        end_stand_in(row, actor=team.security)


@pytest.mark.django_db
def test_every_service_is_named_at_once_or_none(team: Team) -> None:
    other = make_team("search", prefix="other_")
    grant_role(other.service, make_role("security"), team.security, actor=None)
    now = clock.now()
    absence = Absence(team.security, team.member, now + DAY, now + 2 * DAY)

    with pytest.raises(Invalid, match=r"^Member does not see Search"):
        name_stand_in([team.service, other.service], absence, actor=team.security)
    assert StandIn.objects.count() == 0


@pytest.mark.django_db
def test_database_refuses_what_the_rules_refuse(team: Team) -> None:
    row = name(team, team.security, team.member)
    facts = {
        "service": team.service,
        "absent": team.operations,
        "stand_in": team.member,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "named_by": team.operations,
        "named_at": row.named_at,
    }
    for wrong, constraint in (
        ({"ends_at": row.starts_at}, "absence_ends_after_it_starts"),
        ({"stand_in": team.operations}, "nobody_stands_in_for_themselves"),
        ({"revoked_at": row.named_at}, "stand_in_revoked_by_and_at"),
        ({"absent": team.security, "stand_in": None}, "one_absence_at_a_time"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            StandIn.objects.create(**{**facts, **wrong})
    StandIn.objects.create(**facts)


def test_of_two_absences_saved_at_once_one_is_refused(committed: dict[str, str]) -> None:
    team = make_team()

    answers = at_once(
        lambda: name(team, team.security, team.member),
        lambda: name(team, team.security, team.ops_lead),
    )

    [refused] = [one for one in answers if isinstance(one, Exception)]
    assert isinstance(refused, Refused)
    assert refused.sentence.endswith("stands in; end that first.")
    assert StandIn.objects.count() == 1


@pytest.mark.django_db
def test_page_reads_times_on_the_clock_of_the_person(team: Team) -> None:
    User.objects.filter(pk=team.security.pk).update(zone="Asia/Tokyo")
    day = clock.now().astimezone(ZoneInfo("Asia/Tokyo")) + DAY
    typed = {
        "service": "storage-layer", "stand_in": "member",
        "starts": f"{day:%Y-%m-%d}T09:00", "ends": f"{day:%Y-%m-%d}T18:00",
    }  # fmt: skip
    client = signed_in(team.security)

    assert client.post("/settings/absences/", typed).status_code == 302

    row = StandIn.objects.get()
    nine = datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert (row.starts_at, row.ends_at) == (nine, nine + 9 * HOUR)
    assert "Member for Security" in client.get("/settings/absences/").content.decode()
    theirs = signed_in(team.member).get("/settings/absences/").content.decode()
    assert "For whom you stand in" in theirs
    service = signed_in(team.stakeholder).get("/services/storage-layer/").content.decode()
    assert "Member for Security" in service
    assert "Name a stand-in" not in service


@pytest.mark.django_db
def test_what_was_typed_stays_when_the_page_refuses(team: Team) -> None:
    typed = {
        "service": "storage-layer", "stand_in": "member", "starts": "2020-01-01T09:00",
        "ends": "2020-01-02T09:00", "reason": "holiday",
    }  # fmt: skip

    answer = signed_in(team.security).post("/settings/absences/", typed)

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "The absence is over already; choose an end that is still to come." in page
    assert 'value="holiday"' in page


@pytest.mark.django_db
def test_end_is_posted_by_those_concerned_only(team: Team) -> None:
    row = make_stand_in(team.service, team.security, team.member)
    address = f"/settings/absences/{row.pk}/end/"

    assert signed_in(team.outsider).post(address).status_code == 404
    assert signed_in(team.operations).post(address).status_code == 403
    assert signed_in(team.member).post(address).headers["Location"] == "/settings/absences/"
