"""Accounts and teams: made, deactivated, brought back, and what each of it says first."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from checklists.models import Item
from deployments.access.people import make_link
from deployments.access.teams import add_to_team, create_team
from deployments.exceptions import NeedsFreshAuthentication
from deployments.models import Event
from tests.builders import (
    PASSWORD,
    Team,
    make_administrator,
    make_deployment,
    make_machine,
    make_person,
    make_proof,
    signed_in,
)
from tests.deployments.access.test_service_views import words

pytestmark = pytest.mark.django_db
NEW = {
    "username": "ann",
    "display_name": "Ann Smith",
    "email": "ann@example.org",
    "zone": "Europe/Vienna",
}


def link_in(page: str) -> str:
    found = re.search(r"http://testserver(/set-password/[^<]+)</textarea>", page)
    assert found, page
    return found[1]


def set_password(client: Client, link: str, password: str) -> int:
    """The status of the answer to the form behind the link."""
    form = client.get(link)
    address = form.headers.get("Location", link)
    typed = {"new_password1": password, "new_password2": password}
    return client.post(address, typed).status_code


def test_a_new_person_sets_a_password_by_the_link_once(admin: User) -> None:
    page = signed_in(admin).post("/people/new/", NEW).content.decode()
    link = link_in(page)

    assert set_password(Client(), link, PASSWORD) == 302
    assert Client().login(username="ann", password=PASSWORD)
    assert "no longer valid" in words(Client(), link)
    assert set_password(Client(), link, "another battery staple") == 200
    assert Client().login(username="ann", password=PASSWORD)
    person = User.objects.get(username="ann")
    assert (str(person), person.email, person.zone) == (
        "Ann Smith", "ann@example.org", "Europe/Vienna",
    )  # fmt: skip
    events = Event.objects.filter(chain="portal").order_by("sequence")
    assert list(events.values_list("verb", "actor")) == [
        ("person created", admin.pk),
        ("password link made", admin.pk),
        ("password set", person.pk),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": ""}, "This field is required"),
        ({"username": "a b"}, "Enter a valid username"),
        ({"username": "ADMINISTRATOR"}, "There is already an account “ADMINISTRATOR”"),
        ({"email": "ann.example.org"}, "This is no e-mail address"),
        ({"zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone"),
        ({"zone": "../etc/passwd"}, "“../etc/passwd” is no time zone"),
        ({"display_name": "x" * 10_000}, "at most 100 characters (it has 10000)"),
        ({"display_name": "\0"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    admin: User, typed: dict[str, str], sentence: str
) -> None:
    answer = signed_in(admin).post("/people/new/", {**NEW, **typed})

    page = unescape(answer.content.decode())
    assert answer.status_code == (409 if "There is already" in sentence else 422)
    assert sentence in page
    assert f'value="{typed.get("email", NEW["email"])}"' in page
    assert (User.objects.count(), Event.objects.count()) == (1, 0)


def test_who_is_deactivated_is_out_at_once_and_comes_back_by_a_link(
    team: Team, admin: User
) -> None:
    person, client = make_person("ann", password=PASSWORD), signed_in(admin)
    theirs = Client()
    assert theirs.login(username="ann", password=PASSWORD)
    link = link_in(client.post(f"/people/{person.pk}/link/").content.decode())

    client.post(f"/people/{person.pk}/deactivate/")

    assert theirs.get("/").status_code == 302
    assert "no longer valid" in words(Client(), link)
    assert f"person:{person.pk}" not in client.get("/services/storage-layer/").content.decode()
    assert client.post(f"/people/{person.pk}/link/").status_code == 409

    page = client.post(f"/people/{person.pk}/reactivate/").content.decode()
    assert theirs.get("/").status_code == 302, "an old session is not revived"
    assert not Client().login(username="ann", password=PASSWORD)
    assert set_password(Client(), link_in(page), "another battery staple") == 302
    assert Client().login(username="ann", password="another battery staple")


def test_a_link_takes_a_fresh_proof_and_what_leads_to_one_asks_for_it(admin: User) -> None:
    admin.set_password(PASSWORD)
    admin.save()
    client, person = signed_in(admin), make_person("bob")
    session = client.session
    session["authenticated"] = {"means": "password", "at": "2026-01-01T00:00:00+00:00"}
    session.save()
    asks = f"/people/{person.pk}/link/"

    assert "Prove again who you are" in words(client, asks)
    assert client.post(asks).status_code == 422
    made = client.post("/people/new/", NEW)
    client.post(f"/people/{person.pk}/deactivate/")
    back = client.post(f"/people/{person.pk}/reactivate/")
    assert made["Location"] == f"/people/{User.objects.get(username='ann').pk}/link/"
    assert back["Location"] == asks
    assert not Event.objects.filter(verb="password link made").exists()
    with pytest.raises(NeedsFreshAuthentication):
        make_link(person, actor=admin, proof=make_proof(minutes_ago=6))

    page = client.post(asks, {"password": PASSWORD}).content.decode()

    assert set_password(Client(), link_in(page), "another battery staple") == 302


def test_what_hangs_on_a_person_is_said_before_they_are_deactivated(
    team: Team, admin: User
) -> None:
    deployment = make_deployment(team, roles=("security",), submitted=True)
    Item.objects.filter(deployment=deployment, position=1).update(owner=team.security)
    client, address = signed_in(admin), f"/people/{team.security.pk}/deactivate/"

    said = words(client, address)

    name = f"Storage layer 1.4 → Production #{deployment.pk}"
    assert "Storage layer : Security" in said
    assert f"{name}: they own the item “Back up the database”" in said
    assert f"{name}: they may still sign as Security" in said
    assert "I know that nobody would be left as Security of Storage layer" in said
    assert f"{name}: they are the release lead" in words(
        client, f"/people/{team.release_manager.pk}/"
    )
    assert client.post(address).status_code == 409
    assert User.objects.get(pk=team.security.pk).is_active
    assert client.post(address, {"aware": "on"}).status_code == 302
    assert not User.objects.get(pk=team.security.pk).is_active


def test_nobody_deactivates_themselves_or_a_machine(admin: User) -> None:
    client, machine = signed_in(admin), make_machine()

    assert client.post(f"/people/{admin.pk}/deactivate/").status_code == 409
    assert "You cannot deactivate yourself" in words(client, f"/people/{admin.pk}/")
    for act in ("deactivate", "reactivate", "link"):
        assert client.post(f"/people/{machine.pk}/{act}/").status_code == 422
    typed = {"display_name": "Robot", "email": "", "zone": "UTC"}
    assert client.post(f"/people/{machine.pk}/edit/", typed).status_code == 422
    assert User.objects.filter(is_active=True).count() == 2


def test_people_are_found_by_name_username_or_mail_in_the_same_number_of_queries(
    admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(admin)
    for number in range(60):
        make_person(f"person_{number}")

    for q in ("person_59", "Person 59", "person_59@example"):
        with django_assert_num_queries(4):
            said = words(client, f"/people/?q={q}")
        assert "Person 59" in said
        assert "Person 58" not in said
    with django_assert_num_queries(4):
        assert "Page 1 of 2" in words(client, "/people/")
    assert "Nobody is called like “nobody”" in words(client, "/people/?q=nobody")
    assert "Null characters are not allowed" in words(client, "/people/?q=%00")


def test_a_team_is_made_filled_renamed_and_emptied(admin: User) -> None:
    client, ann = signed_in(admin), make_person("ann")

    address = client.post("/people/teams/new/", {"name": "Night shift"}).headers["Location"]
    client.post(address, {"who": f"person:{ann.pk}"})
    client.post(address, {"who": f"person:{ann.pk}"})
    client.post(f"{address}rename/", {"name": "Early  birds"})
    assert "Ann" in words(client, address)
    client.post(f"{address}remove/{ann.pk}/")

    team = Group.objects.get()
    assert (team.name, team.user_set.count()) == ("Early birds", 0)
    assert client.post(f"{address}remove/{ann.pk}/").status_code == 409
    events = Event.objects.filter(chain="portal").order_by("sequence")
    assert list(events.values_list("verb", flat=True)) == [
        "team created", "joined team", "team renamed", "left team",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "This field is required"),
        ("night SHIFT", "There is already a team “night SHIFT”"),
        ("Service:search:member", "begins the names of the portal's own groups"),
        ("x" * 10_000, "at most 150 characters (it has 10000)"),
    ],
)
def test_a_team_that_cannot_be_made_is_told_why(admin: User, name: str, sentence: str) -> None:
    create_team("Night shift", actor=admin)

    answer = signed_in(admin).post("/people/teams/new/", {"name": name})

    assert answer.status_code == (409 if "There is already" in sentence else 422)
    assert sentence in unescape(answer.content.decode())
    assert Group.objects.count() == 1


def test_the_portals_own_groups_are_no_teams(team: Team, admin: User) -> None:
    own, client = team.member.groups.get(), signed_in(admin)

    assert "No team yet" in words(client, "/people/teams/")
    for address in ("", "rename/", f"remove/{team.member.pk}/"):
        assert client.get(f"/people/teams/{own.pk}/{address}").status_code == 404


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("person:{machine}", "is a machine, which may report and read only"),
        ("team:{crew}", "Choose a person; a team has no teams in it."),
        ("person:0", "Choose one of the people and teams"),
        ("", "Choose a person."),
    ],
)
def test_who_cannot_join_a_team_is_told_why(admin: User, who: str, sentence: str) -> None:
    crew = create_team("Night shift", actor=admin)
    who = who.format(machine=make_machine().pk, crew=crew.pk)

    answer = signed_in(admin).post(f"/people/teams/{crew.pk}/", {"who": who})

    assert answer.status_code == 422
    assert sentence in unescape(answer.content.decode())
    assert crew.user_set.count() == 0


def test_who_leaves_a_team_last_needs_the_box(team: Team, admin: User) -> None:
    make_administrator("second")
    crew, client = create_team("Night shift", actor=admin), signed_in(admin)
    add_to_team(crew, team.ops_lead, actor=admin)
    own = team.ops_lead.groups.get(name__startswith="service:")
    client.post("/services/storage-layer/give/", {"who": f"team:{crew.pk}", "what": "ops_lead"})
    client.post(f"/services/storage-layer/revoke/ops_lead/person:{team.ops_lead.pk}/")
    assert not own.user_set.exists()

    address = f"/people/teams/{crew.pk}/remove/{team.ops_lead.pk}/"
    assert "I know that nobody would be left as ops lead of Storage layer" in words(client, address)
    assert client.post(address).status_code == 409
    assert client.post(address, {"aware": "on"}).status_code == 302
    assert not crew.user_set.exists()


def test_username_is_kept_as_the_sign_in_form_reads_it(admin: User) -> None:
    """Else a name with a ligature could never sign in, and would look like another's."""
    page = signed_in(admin).post("/people/new/", {**NEW, "username": "\ufb01ona"})
    assert set_password(Client(), link_in(page.content.decode()), PASSWORD) == 302

    said = {"username": "\ufb01ona", "password": PASSWORD}
    signed = Client().post(reverse("accounts:sign_in"), said)

    assert signed.status_code == 302
    assert User.objects.filter(username="fiona").exists()
