"""The page of content versions: what changed between any two, who changed it, and to whom shown."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.services import define
from deployments import content
from deployments.facts import Facts
from deployments.models import Deployment
from deployments.services import edit_facts
from deployments.wording import field_words, part_words
from tests.builders import Team, make_deployment, signed_in

pytestmark = pytest.mark.django_db


def read(person: User, deployment: Deployment, query: str = "") -> str:
    answer = signed_in(person).get(f"/deployments/{deployment.pk}/versions/{query}")
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def commit(team: Team, deployment: Deployment, to: str, actor: User | None = None) -> None:
    before = Facts.of(Deployment.objects.get(pk=deployment.pk))
    facts = replace(before, commit=to)
    edit_facts(deployment.pk, facts, actor=actor or team.release_manager, shown=before.fingerprint)


def retext(deployment: Deployment, text: str, actor: User) -> None:
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=1).update(text=text)
        content.refresh(locked, actor)


def between(page: str) -> str:
    """What the page says of the two versions, without tokens and forms."""
    return page.partition("<h2>From")[2]


def test_only_version_says_that_there_is_nothing_to_compare(team: Team) -> None:
    page = read(team.stakeholder, make_deployment(team))
    assert "This is the only version so far." in page
    assert '<form method="get"' not in page.partition("<main")[2]


def test_last_two_versions_are_compared_in_words(team: Team) -> None:
    deployment = make_deployment(team)
    commit(team, deployment, "ffff")
    retext(deployment, "Back up all databases", team.technical_lead)

    page = read(team.auditor, deployment)

    assert "<h2>From version 2 to version 3</h2>" in page
    assert ">Checklist</h3>" in page
    assert (
        "<dt>Text</dt><dd>Back up <del>the</del><ins>all</ins> "
        "<del>database</del><ins>databases</ins></dd>"
    ) in page
    assert "Technical Lead in version 3" in page
    assert "ffff" not in page


def test_any_two_versions_are_compared_whichever_comes_first(team: Team) -> None:
    deployment = make_deployment(team)
    commit(team, deployment, "ffff")
    retext(deployment, "Back up all databases", team.technical_lead)
    commit(team, deployment, "eeee")

    page = read(team.member, deployment, "?from=1&to=4")

    assert "<dt>Commit</dt><dd><del>0a1b2c3d</del><ins>eeee</ins></dd>" in page
    assert "Release Manager in version 2" in page
    assert "; Release Manager in version 4" in page
    assert "Technical Lead in version 3" in page
    assert between(read(team.member, deployment, "?from=4&to=1")) == between(page)
    assert "<h2>From version 1 to version 2</h2>" in read(team.member, deployment, "?to=2")
    assert "<h2>From version 2 to version 4</h2>" in read(team.member, deployment, "?from=2")


def test_what_was_changed_back_is_no_difference(team: Team) -> None:
    deployment = make_deployment(team)
    commit(team, deployment, "ffff")
    commit(team, deployment, "0a1b2c3d")
    assert "what was changed in between was changed back" in read(
        team.member, deployment, "?from=1&to=3"
    )
    assert "Choose two different versions" in read(team.member, deployment, "?from=2&to=2")


@pytest.mark.parametrize(
    "query", ["?from=9", "?to=x", "?from=-1&to=2", "?from=1&to=99999999999999999999", "?from=%00"]
)
def test_version_that_there_is_not_is_said_in_a_sentence(team: Team, query: str) -> None:
    deployment = make_deployment(team)
    commit(team, deployment, "ffff")
    page = read(team.member, deployment, query)
    assert "There is no such version of this deployment" in page
    assert "Version 2" in page


def test_texts_of_people_are_never_markup(team: Team) -> None:
    deployment = make_deployment(team)
    retext(deployment, "<script>alert(1)</script> now", team.technical_lead)
    answer = signed_in(team.member).get(f"/deployments/{deployment.pk}/versions/")
    assert "<script>alert" not in answer.content.decode()
    assert "alert" in answer.content.decode()


def test_header_and_history_lead_to_the_versions(team: Team) -> None:
    deployment = make_deployment(team)
    commit(team, deployment, "ffff")
    client = signed_in(team.stakeholder)
    header = client.get(f"/deployments/{deployment.pk}/").content.decode()
    history = client.get(f"/deployments/{deployment.pk}/history/").content.decode()
    assert f'<a href="/deployments/{deployment.pk}/versions/">version 2</a>' in header
    assert f'<a href="/deployments/{deployment.pk}/versions/?to=2">version 2</a>' in history


def test_five_hundred_items_and_ten_versions_cost_as_many_queries_as_two(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    small, large = make_deployment(team), make_deployment(team)
    with transaction.atomic():
        locked = Deployment.objects.lock(large.pk)
        locked.items.all().delete()
        define(
            locked,
            [SectionDefinition(["All"])],
            [ItemDefinition(0, "check", "before", f"Item {number}") for number in range(500)],
        )
        content.refresh(locked, team.release_manager)
    commit(team, small, "ffff")
    for number in range(8):
        commit(team, large, f"{number:x}")
    retext(large, "The first one", team.technical_lead)
    client = signed_in(team.member)

    with django_assert_max_num_queries(11) as few:
        client.get(f"/deployments/{small.pk}/versions/?from=1&to=2")
    with django_assert_max_num_queries(11) as many:
        page = client.get(f"/deployments/{large.pk}/versions/?from=1&to=10").content.decode()

    assert len(few) == len(many)
    assert "Item 499" in page


def test_words_of_what_is_not_known_are_made_from_its_name() -> None:
    assert field_words("settings.max_age") == "Settings: max age"
    assert field_words("digest") == "Artefact digest"
    assert part_words("rollout.waves_planned") == "Rollout: waves planned"
