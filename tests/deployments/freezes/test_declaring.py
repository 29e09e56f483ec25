"""Freezes are made, changed and ended by whoever may, with an event each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from deployments import clock
from deployments.exceptions import Forbidden, Invalid, Overtaken
from deployments.freezes import declaring
from deployments.freezes.declaring import Terms
from deployments.models import Event, Freeze
from tests.builders import Team, make_administrator, make_deployment, make_team
from tests.deployments.freezes.makers import make_freeze

pytestmark = pytest.mark.django_db


def terms(team: Team, **more: object) -> Terms:
    now = clock.now()
    known = Terms(team.service, None, now, now + timedelta(days=1), "Europe/Vienna", "", "Trade")
    return replace(known, **more)  # type: ignore[arg-type]


def test_release_manager_freezes_the_own_service_only(team: Team) -> None:
    other = make_team("search", prefix="other_")

    made = make_freeze(team.service, by=team.release_manager)

    assert str(made) == "freeze of Storage layer: Christmas trade"
    event = Event.objects.get(verb="freeze made")
    assert (event.chain, event.object_text) == ("service:storage-layer", str(made))
    assert event.after["reason"] == "Christmas trade"
    for by, service in (
        (other.release_manager, team.service),
        (team.ops_lead, team.service),
        (team.release_manager, None),
        (make_administrator(), team.service),
    ):
        with pytest.raises(Forbidden):
            make_freeze(service, by=by)


def test_administrator_freezes_every_service_or_one_environment(team: Team) -> None:
    administrator = make_administrator()

    everywhere = make_freeze(None, by=administrator)
    one_place = make_freeze(None, by=administrator, environment=team.environment)

    assert everywhere.scope == "every service"
    assert one_place.scope == "every service in Production"
    assert set(Event.objects.filter(verb="freeze made").values_list("chain", flat=True)) == {
        "portal"
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": "  "}, "Say why nothing may be deployed then"),
        ({"ends_at": None}, "ends before it begins"),
        ({"lasts": timedelta(days=400)}, "a year at most"),
        ({"later": timedelta(days=6 * 366)}, "more than five years"),
        ({"later": -timedelta(days=30)}, "over already"),
        ({"rule": "FREQ=SECONDLY"}, "too often for a freeze"),
        ({"rule": "FREQ=WEEKLY;UNTIL=20200101"}, "never names a day"),
    ],
)
def test_freeze_is_refused_with_a_sentence_when_it_makes_no_sense(
    team: Team, change: dict[str, object], sentence: str
) -> None:
    known = terms(team)
    starts_at = known.starts_at + change.pop("later", timedelta(0))
    lasts = change.pop("lasts", timedelta(days=1))
    ends_at = starts_at if "ends_at" in change else starts_at + lasts
    known = replace(known, **{**change, "starts_at": starts_at, "ends_at": ends_at})  # type: ignore[arg-type]

    with pytest.raises(Invalid, match=sentence):
        declaring.declare(known, actor=team.release_manager)
    assert not Freeze.objects.exists()


def test_change_says_what_was_and_the_same_again_is_no_event(team: Team) -> None:
    freeze = declaring.declare(terms(team), actor=team.release_manager)
    known = Terms.of(freeze)
    longer = replace(known, ends_at=known.ends_at + timedelta(days=1))

    assert declaring.edit(freeze.pk, known, actor=team.release_manager) is None
    event = declaring.edit(freeze.pk, longer, actor=team.release_manager, shown=known.fingerprint)

    assert event is not None
    assert list(event.before) == list(event.after) == ["ends_at"]
    with pytest.raises(Overtaken, match="Somebody changed this freeze meanwhile"):
        declaring.edit(
            freeze.pk,
            replace(known, reason="Stocktaking"),
            actor=team.release_manager,
            shown=known.fingerprint,
        )
    with pytest.raises(Forbidden, match="Only release managers of this service"):
        declaring.edit(freeze.pk, known, actor=team.member)


def test_freeze_that_began_long_ago_is_still_changed(team: Team) -> None:
    freeze = make_freeze(team.service, by=team.release_manager, rule="FREQ=DAILY")
    long_ago = freeze.starts_at - timedelta(days=900)
    Freeze.objects.update(starts_at=long_ago, ends_at=long_ago + timedelta(hours=8))
    known = Terms.of(Freeze.objects.get())

    declaring.edit(freeze.pk, replace(known, reason="Night rest"), actor=team.release_manager)

    freeze.refresh_from_db()
    assert freeze.reason == "Night rest"
    with pytest.raises(Invalid, match="more than a year ago"):
        declaring.declare(known, actor=team.release_manager)


def test_ended_freeze_stays_and_is_changed_no_more(team: Team) -> None:
    freeze = make_freeze(team.service, by=team.release_manager)

    declaring.end(freeze.pk, actor=team.release_manager, reason="Trade is over")

    freeze.refresh_from_db()
    assert freeze.ended_by == team.release_manager
    assert not Freeze.objects.standing().exists()
    assert Event.objects.get(verb="freeze ended").reason == "Trade is over"
    with pytest.raises(Overtaken, match="Release Manager has ended this freeze already"):
        declaring.end(freeze.pk, actor=team.release_manager, reason="Again")
    with pytest.raises(Overtaken, match="has ended this freeze already"):
        declaring.edit(freeze.pk, Terms.of(freeze), actor=team.release_manager)


def test_stopped_deployments_are_those_that_the_person_sees(team: Team) -> None:
    other = make_team("search", prefix="other_")
    own, hidden = make_deployment(team), make_deployment(other)
    make_deployment(team, t0_in=timedelta(days=3))
    freeze = make_freeze(None, by=make_administrator())

    assert declaring.stopped_for(freeze, team.member) == [own]
    assert set(declaring.stopped_for(freeze, freeze.made_by)) == {own, hidden}
