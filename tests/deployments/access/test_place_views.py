"""Environments and sign-off roles."""

from __future__ import annotations

from html import unescape

import pytest

from accounts.models import Role, User
from deployments.models import Environment, Event
from tests.builders import Team, make_deployment, signed_in

pytestmark = pytest.mark.django_db


def test_an_environment_is_made_and_changed_until_it_is_used(team: Team, admin: User) -> None:
    client = signed_in(admin)
    typed = {"key": "stage", "title": "Stage", "order": "10"}
    assert client.post("/environments/new/", typed).headers["Location"] == "/environments/"
    typed = {"key": "staging", "title": "Staging", "order": "20"}
    client.post("/environments/stage/edit/", typed)
    make_deployment(team)

    assert "is fixed: deployments go there" in unescape(
        client.get("/environments/production/edit/").content.decode()
    )
    typed = {"key": "live", "title": "Live", "order": "1"}
    assert client.post("/environments/production/edit/", typed).status_code == 302

    assert list(Environment.objects.values_list("key", "title", "order")) == [
        ("production", "Live", 1),
        ("staging", "Staging", 20),
    ]
    events = Event.objects.filter(chain="portal").order_by("sequence")
    assert list(events.values_list("verb", "before", "after")) == [
        ("environment created", {}, {"key": "stage", "title": "Stage", "order": 10}),
        (
            "environment changed",
            {"key": "stage", "title": "Stage", "order": 10},
            {"key": "staging", "title": "Staging", "order": 20},
        ),
        (
            "environment changed",
            {"title": "Production", "order": 100},
            {"title": "Live", "order": 1},
        ),
    ]


def test_a_role_is_made_and_keeps_its_key(admin: User) -> None:
    client = signed_in(admin)
    client.post("/roles/new/", {"key": "legal", "title": "Legal", "order": "5"})
    typed = {"key": "law", "title": "Law", "order": "6", "time_sensitive": "on"}
    client.post("/roles/legal/edit/", typed)

    assert list(Role.objects.values_list("key", "title", "order", "time_sensitive")) == [
        ("legal", "Law", 6, True)
    ]
    assert list(Event.objects.values_list("verb", flat=True)) == ["role created", "role changed"]


@pytest.mark.parametrize("address", ["/environments/new/", "/roles/new/"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"key": "Stage"}, "“Stage” is no key"),
        ({"key": "a b"}, "“a b” is no key"),
        ({"key": "x" * 10_000}, "characters (it has 10000)"),
        ({"title": "x" * 10_000}, "characters (it has 10000)"),
        ({"order": "99999"}, "less than or equal to 32767"),
        ({"order": "first"}, "Enter a whole number"),
        ({"title": "\0"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    admin: User, address: str, typed: dict[str, str], sentence: str
) -> None:
    answer = signed_in(admin).post(address, {"key": "ok", "title": "Ok", "order": "1", **typed})

    assert answer.status_code == 422
    assert sentence in unescape(answer.content.decode())
    assert (Environment.objects.count(), Role.objects.count()) == (0, 0)


@pytest.mark.parametrize("address", ["/environments/new/", "/roles/new/"])
def test_the_second_of_two_submissions_is_told(admin: User, address: str) -> None:
    client, typed = signed_in(admin), {"key": "qa", "title": "Quality", "order": "1"}

    assert client.post(address, typed).status_code == 302
    again = client.post(address, typed)

    assert again.status_code == 409
    assert "The key “qa” is taken by Quality; choose another." in unescape(again.content.decode())
    assert Event.objects.count() == 1
