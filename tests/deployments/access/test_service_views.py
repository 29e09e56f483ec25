"""The page of a service: who may do what, given and taken by forms, in words that never run."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from deployments.access.granting import grant, revoke
from deployments.access.people import create_person
from deployments.access.table import table_of
from deployments.access.teams import add_to_team, create_team
from deployments.enums import Grant
from deployments.models import Event, Service
from tests.builders import Team, make_deployment, make_machine, make_person, make_service, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/services/storage-layer/"
SCRIPT = "<script>alert(1)</script>"


def words(client: Client, address: str) -> str:
    """What a page says, its white space as one blank."""
    text = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
    return " ".join(unescape(text).split())


@pytest.mark.parametrize("people", [3, 40])
def test_the_table_costs_the_same_with_few_and_with_many(
    people: int, team: Team, admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    crew = create_team("Night shift", actor=admin)
    grant(team.service, Grant.MEMBER, crew, actor=admin)
    for number in range(people):
        person = make_person(f"p{number}")
        grant(team.service, Grant.AUDITOR, person, actor=admin)
        add_to_team(crew, person, actor=admin)

    with django_assert_num_queries(4):
        table = table_of(team.service)

    assert len(table.rows) == people + 10
    assert [(one.name, one.people) for one in table.teams] == [("Night shift", people)]


def test_the_table_names_who_has_what_and_by_which_team(team: Team, admin: User) -> None:
    crew = create_team("Night shift", actor=admin)
    grant(team.service, Grant.MEMBER, crew, actor=admin)
    add_to_team(crew, team.auditor, actor=admin)
    add_to_team(crew, team.member, actor=admin)
    User.objects.filter(pk=team.auditor.pk).update(is_active=False)

    table = table_of(team.service)

    held = {
        str(row.person): [
            (cell.title, cell.alone, cell.teams) for cell in row.cells if cell.is_held
        ]
        for row in table.rows
    }
    assert list(held) == sorted(held)
    assert held["Auditor"] == [("Member", False, ["Night shift"]), ("Auditor", True, [])]
    assert held["Member"] == [("Member", True, ["Night shift"])]
    assert held["Security"] == [("Security", True, [])]
    assert table.vacant == ["Break-glass"]
    assert "Auditor Deactivated" in words(signed_in(team.member), PAGE)


def test_everybody_who_sees_the_service_reads_the_table_and_only_administrators_act(
    team: Team, admin: User
) -> None:
    reader, page = signed_in(team.stakeholder), "Only administrators of this portal may change"
    assert page in words(reader, PAGE)
    assert "Revoke" not in words(reader, PAGE)
    assert page not in words(signed_in(admin), PAGE)
    assert words(signed_in(admin), PAGE).count("Revoke") == 10
    assert "Storage layer" in words(reader, "/services/")
    assert "Storage layer" not in words(signed_in(team.outsider), "/services/")


def test_a_right_is_given_and_taken_by_the_forms(team: Team, admin: User) -> None:
    client, ann = signed_in(admin), make_person("ann")

    given = client.post(f"{PAGE}give/", {"who": f"person:{ann.pk}", "what": "ops_lead"})
    assert given.headers["Location"] == PAGE
    assert "Ann now has Ops lead of Storage layer." in words(client, PAGE)

    address = f"{PAGE}revoke/ops_lead/person:{ann.pk}/"
    said = words(client, address)
    assert "Ann can no longer do on Storage layer: See and receive Tick items and comment" in said
    assert "I know that nobody would be left" not in said
    assert client.post(address).headers["Location"] == PAGE
    assert not ann.groups.exists()
    again = client.post(address)
    assert again.status_code == 409
    assert "does not have Ops lead of Storage layer, or no longer." in unescape(
        again.content.decode()
    )


def test_the_last_release_manager_needs_the_box_and_sees_the_deployments(
    team: Team, admin: User
) -> None:
    deployment, client = make_deployment(team), signed_in(admin)
    address = f"{PAGE}revoke/release_manager/person:{team.release_manager.pk}/"

    said = words(client, address)
    assert "Nobody would be left as release manager of Storage layer." in said
    assert f"{deployment} #{deployment.pk}, draft" in said
    assert client.post(address).status_code == 409
    assert team.release_manager.groups.exists()

    assert client.post(address, {"aware": "on"}).status_code == 302
    assert not team.release_manager.groups.exists()


@pytest.mark.parametrize(
    ("who", "what", "sentence"),
    [
        ("person:{machine}", "member", "Ci is a machine, which may report and read only"),
        ("person:999999999999999999", "member", "Choose one of the people and teams"),
        ("person:٣", "member", "Choose one of the people and teams"),
        ("team:{own}", "member", "Choose one of the people and teams"),
        ("1 OR 1", "member", "Choose one of the people and teams"),
        ("person:{machine}", "role:none", "Choose one of the rights and sign-off roles listed"),
        ("person:{machine}", "king", "Choose one of the rights and sign-off roles listed"),
        ("", "member", "Choose a person or a team"),
        ("person:{machine}", "", "Choose a right or a role"),
        ("person:\0", "member\0", "Null characters are not allowed"),
    ],
)
def test_what_cannot_be_given_is_said_in_a_sentence(
    admin: User, who: str, what: str, sentence: str
) -> None:
    own = Group.objects.create(name=make_service().grant_group_name(Grant.MEMBER))
    who = who.format(machine=make_machine().pk, own=own.pk)
    before = Event.objects.count()

    answer = signed_in(admin).post(f"{PAGE}give/", {"who": who, "what": what})

    assert answer.status_code == 422
    assert sentence in unescape(answer.content.decode())
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "address",
    [
        "/services/nothing/",
        "/services/nothing/give/",
        f"{PAGE}revoke/king/person:1/",
        f"{PAGE}revoke/role:none/person:1/",
        f"{PAGE}revoke/member/person:999999999/",
        f"{PAGE}revoke/member/team:999999999/",
        f"{PAGE}revoke/member/person:%00/",
    ],
)
def test_what_is_not_there_is_not_found(admin: User, address: str) -> None:
    make_service()
    assert signed_in(admin).get(address).status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"key": "Search", "title": "Search"}, "“Search” is no key: use small letters"),
        ({"key": "full search", "title": "Search"}, "“full search” is no key: use small"),
        ({"key": "new", "title": "Search"}, "“new” is an address of this portal"),
        ({"key": "storage-layer", "title": "Again"}, "is taken by Storage layer; choose another"),
        ({"key": "search", "title": "x" * 10_000}, "at most 120 characters (it has 10000)"),
        ({"key": "search", "title": " \n "}, "This field is required"),
    ],
)
def test_a_service_that_cannot_be_made_keeps_what_was_typed(
    admin: User, typed: dict[str, str], sentence: str
) -> None:
    make_service()
    answer = signed_in(admin).post("/services/new/", typed)

    assert answer.status_code == (409 if "is taken" in sentence else 422)
    page = unescape(answer.content.decode())
    assert sentence in page
    assert f'value="{typed["key"]}"' in page
    assert Service.objects.count() == 1


def test_a_service_is_made_and_renamed(admin: User) -> None:
    client = signed_in(admin)

    made = client.post("/services/new/", {"key": "search", "title": "Full  text\nsearch"})
    assert made.headers["Location"] == "/services/search/"
    client.post("/services/search/edit/", {"title": "Search"})
    client.post("/services/search/edit/", {"title": "Search"})

    assert Service.objects.get().title == "Search"
    assert list(Event.objects.values_list("chain", "verb", "after")) == [
        ("service:search", "service created", {"title": "Full text search"}),
        ("service:search", "service renamed", {"title": "Search"}),
    ]


def test_names_of_people_teams_and_services_never_run(team: Team, admin: User) -> None:
    ann = create_person("ann", display_name=SCRIPT, email="", zone="UTC", actor=admin)
    crew = create_team(SCRIPT, actor=admin)
    add_to_team(crew, ann, actor=admin)
    for to in (ann, crew):
        grant(team.service, Grant.OPS_LEAD, to, actor=admin)
    revoke(team.service, Grant.OPS_LEAD, team.ops_lead, actor=admin)
    Service.objects.filter(pk=team.service.pk).update(title=SCRIPT)
    client = signed_in(admin)

    for address in (
        "/services/", PAGE, f"{PAGE}edit/", f"{PAGE}revoke/ops_lead/person:{ann.pk}/",
        f"{PAGE}revoke/ops_lead/team:{crew.pk}/", "/people/", f"/people/?q={SCRIPT}",
        f"/people/{ann.pk}/", f"/people/{ann.pk}/edit/", f"/people/{ann.pk}/deactivate/",
        "/people/teams/", f"/people/teams/{crew.pk}/", f"/people/teams/{crew.pk}/rename/",
        f"/people/teams/{crew.pk}/remove/{ann.pk}/",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert SCRIPT not in answer.content.decode(), address
        assert "&lt;script&gt;" in answer.content.decode(), address
