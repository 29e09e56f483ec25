"""Saved filters: one person's own, under a name, gone when they say so."""

from __future__ import annotations

import pytest
from django.urls import reverse

from deployments.exceptions import Invalid
from deployments.finding import keeping
from deployments.finding.criteria import Criteria
from deployments.models import SavedFilter
from tests.builders import Team, signed_in

pytestmark = pytest.mark.django_db
KEEP = "/deployments/filters/keep/"
OPEN = Criteria(state="open")


def test_kept_filter_stands_above_the_list_of_its_person_only(team: Team) -> None:
    client = signed_in(team.member)
    answer = client.post(KEEP, {"name": "Still open", "query": "state=open&forged=1"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/deployments/?state=open", 302)]
    assert "Kept as “Still open”." in page
    assert '<a href="?state=open" aria-current="page">Still open</a>' in page
    assert "Still open" not in signed_in(team.security).get("/deployments/").content.decode()


def test_same_name_means_the_new_filter(team: Team) -> None:
    keeping.keep(team.member, name="Mine", criteria=OPEN)
    keeping.keep(team.member, name="Mine", criteria=Criteria(person="me"))
    keeping.keep(team.security, name="Mine", criteria=OPEN)
    assert [one.query for one in team.member.saved_filters.all()] == ["person=me"]


def test_removed_filter_is_gone_and_that_of_another_stays(team: Team) -> None:
    mine = keeping.keep(team.member, name="Mine", criteria=OPEN)
    theirs = keeping.keep(team.security, name="Theirs", criteria=OPEN)
    client = signed_in(team.member)
    gone = client.post(reverse("deployments:forget_filter", args=[mine.pk]))
    foreign = client.post(reverse("deployments:forget_filter", args=[theirs.pk]))
    assert (gone.status_code, foreign.status_code) == (302, 404)
    assert list(SavedFilter.objects.all()) == [theirs]


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        ("", "state=open", "Give the filter a name."),
        ("Nothing", "", "Choose what to filter by"),
        ("Nothing", "unknown=1", "Choose what to filter by"),
        ("Wrong", "state=flying", "This filter finds nothing"),
        ("Long" * 16, "state=open", "at most 60 characters"),
    ],
)
def test_filter_that_says_nothing_is_not_kept(
    team: Team, name: str, query: str, sentence: str
) -> None:
    answer = signed_in(team.member).post(KEEP, {"name": name, "query": query})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not SavedFilter.objects.exists()


def test_there_is_a_most_of_kept_filters(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 1)
    keeping.keep(team.member, name="First", criteria=OPEN)
    keeping.keep(team.member, name="First", criteria=Criteria(state="over"))
    with pytest.raises(Invalid, match="which is the most; remove one first"):
        keeping.keep(team.member, name="Second", criteria=OPEN)
