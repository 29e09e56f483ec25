"""Cancelling, and what takes the place of what was cancelled."""

from __future__ import annotations

from html import unescape

import pytest
from django.http import HttpResponse

from audit.verification import verify
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment
from deployments.services import cancel
from tests.builders import Team, make_deployment, make_team, signed_in
from tests.threads import at_once

CHOOSE = "Choose an open deployment of the same service."


def send(team: Team, deployment: Deployment, **body: object) -> HttpResponse:
    client = signed_in(team.release_manager)
    return client.post(f"/deployments/{deployment.pk}/cancel/", {"reason": "a newer one", **body})  # type: ignore[return-value]


def stored(deployment: Deployment) -> tuple[str, int | None]:
    fresh = Deployment.objects.get(pk=deployment.pk)
    return str(fresh.state), fresh.successor_id


@pytest.mark.django_db
def test_both_pages_and_both_histories_tell_of_the_successor(team: Team) -> None:
    old, new = make_deployment(team), make_deployment(team)

    assert send(team, old, successor=new.pk).status_code == 302

    assert stored(old) == ("cancelled", new.pk)
    event = old.events.latest("sequence")
    assert (event.verb, event.reason) == ("cancelled", "a newer one")
    assert event.after == {"state": "cancelled", "successor": new.pk}
    told = new.events.latest("sequence")
    assert (told.verb, told.object_id) == ("takes the place of", str(old.pk))
    reader = signed_in(team.stakeholder)
    pages = [unescape(reader.get(f"/deployments/{one.pk}/").content.decode()) for one in (old, new)]
    assert f'Replaced by <a href="/deployments/{new.pk}/">{new} (#{new.pk})</a>.' in pages[0]
    assert f'Takes the place of <a href="/deployments/{old.pk}/">{old} (#{old.pk})</a>' in pages[1]
    histories = [
        unescape(reader.get(f"/deployments/{one.pk}/history/").content.decode())
        for one in (old, new)
    ]
    assert f'replaced by <a href="/deployments/{new.pk}/">#{new.pk}</a>' in histories[0]
    assert f'takes the place of <a href="/deployments/{old.pk}/">#{old.pk}' in histories[1]


@pytest.mark.django_db
def test_choices_are_open_ones_of_the_same_service_but_itself(team: Team) -> None:
    mine, open_one, done = (make_deployment(team) for _ in range(3))
    cancel(done.pk, actor=team.release_manager, reason="no")
    other = make_deployment(make_team("billing", prefix="billing_"))

    page = signed_in(team.release_manager).get(f"/deployments/{mine.pk}/cancel/").content.decode()

    offered = [f'<option value="{one.pk}">' in page for one in (open_one, mine, done, other)]
    assert offered == [True, False, False, False]
    assert '<option value="" selected>Nothing, for now</option>' in page


@pytest.mark.django_db
def test_what_cannot_follow_is_refused_in_a_sentence_and_nothing_is_cancelled(team: Team) -> None:
    mine, done = make_deployment(team), make_deployment(team)
    cancel(done.pk, actor=team.release_manager, reason="no")
    other = make_deployment(make_team("billing", prefix="billing_"))
    for wrong in (mine.pk, done.pk, other.pk, 999_999, "x", "\x00", "9" * 40):
        answer = send(team, mine, successor=wrong)
        page = answer.content.decode()
        assert (answer.status_code, CHOOSE in page, "a newer one" in page) == (422, True, True)
    assert stored(mine) == ("draft", None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("mine", "A deployment cannot take its own place; choose another one."),
        ("other", "Choose a deployment of Storage layer to take its place."),
        ("done", "Deployment #{} is cancelled already; choose one that is still open."),
    ],
)
def test_service_says_why_it_cannot_follow(team: Team, which: str, sentence: str) -> None:
    some = {"mine": make_deployment(team), "done": make_deployment(team)}
    some["other"] = make_deployment(make_team("billing", prefix="billing_"))
    cancel(some["done"].pk, actor=team.release_manager, reason="no")

    with pytest.raises(Invalid) as refused:
        cancel(
            some["mine"].pk,
            actor=team.release_manager,
            reason="a newer one",
            successor_id=some[which].pk,
        )

    assert refused.value.sentence == sentence.format(some["done"].pk)
    assert stored(some["mine"]) == ("draft", None)


@pytest.mark.django_db
def test_without_a_successor_nothing_is_said_of_one(team: Team) -> None:
    deployment = make_deployment(team)
    assert send(team, deployment, successor="").status_code == 302
    assert stored(deployment) == ("cancelled", None)
    assert deployment.events.latest("sequence").after == {"state": "cancelled"}
    page = signed_in(team.member).get(f"/deployments/{deployment.pk}/").content.decode()
    assert "Replaced by" not in page


def test_two_that_name_each_other_at_once_make_no_circle(committed: dict[str, str]) -> None:
    team = make_team()
    one, two = make_deployment(team), make_deployment(team)

    def replace(old: Deployment, new: Deployment):
        return lambda: cancel(
            old.pk, actor=team.release_manager, reason="the other", successor_id=new.pk
        )

    answers = at_once(replace(one, two), replace(two, one))

    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert sorted([stored(one)[0], stored(two)[0]]) == ["cancelled", "draft"]
    assert verify().faults == []
