"""What everybody changes about themselves."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from deployments.access import administrators
from deployments.access.password_forms import PasswordByLinkForm
from deployments.access.people import deactivate, set_password
from deployments.exceptions import Overtaken
from deployments.models import Event
from tests.builders import PASSWORD, make_administrator, make_person, make_proof, signed_in

pytestmark = pytest.mark.django_db
OTHER = "another battery staple"


def test_name_and_zone_are_ones_own_to_change() -> None:
    person = make_person("ann")
    client, typed = signed_in(person), {"display_name": "Ann Smith", "zone": "Asia/Tokyo"}

    assert client.post("/settings/", typed).headers["Location"] == "/settings/"
    client.post("/settings/", typed)

    person.refresh_from_db()
    assert (str(person), person.zone) == ("Ann Smith", "Asia/Tokyo")
    assert 'data-zone="Asia/Tokyo"' in client.get("/settings/").content.decode()
    event = Event.objects.get()
    assert (event.chain, event.verb, event.actor) == ("portal", "settings changed", person)
    assert event.before == {"display_name": "Ann", "zone": "UTC"}


def test_the_look_is_ones_own_to_choose_and_stays_where_nothing_is_said() -> None:
    client, typed = signed_in(make_person("ann")), {"display_name": "Ann", "zone": "UTC"}
    assert "data-theme" not in client.get("/settings/").content.decode()

    assert client.post("/settings/", {**typed, "theme": "dark"}).status_code == 302
    client.post("/settings/", typed)

    assert 'data-theme="dark"' in client.get("/settings/").content.decode()
    assert client.post("/settings/", {**typed, "theme": "pink"}).status_code == 422


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone"),
        ({"zone": ""}, "This field is required"),
        ({"display_name": "x" * 10_000}, "at most 100 characters (it has 10000)"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(typed: dict[str, str], sentence: str) -> None:
    person = make_person("ann")

    answer = signed_in(person).post("/settings/", {"display_name": "A", "zone": "UTC", **typed})

    assert answer.status_code == 422
    assert sentence in unescape(answer.content.decode())
    assert str(User.objects.get()) == "Ann"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    make_person("ann", password=PASSWORD)
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        assert client.login(username="ann", password=PASSWORD)

    typed = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    assert here.post("/settings/password/", typed).headers["Location"] == "/settings/"

    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert Client().login(username="ann", password=OTHER)
    assert Event.objects.get().verb == "password set"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("wrong", OTHER, "Your old password was entered incorrectly"),
        (PASSWORD, "short", "This password is too short"),
        (PASSWORD, "password1", "This password is too common"),
    ],
)
def test_a_password_that_cannot_be_is_told_why(old: str, new: str, sentence: str) -> None:
    make_person("ann", password=PASSWORD)
    client = Client()
    assert client.login(username="ann", password=PASSWORD)

    typed = {"old_password": old, "new_password1": new, "new_password2": new}
    answer = client.post("/settings/password/", typed)

    assert answer.status_code == 422
    assert sentence in unescape(answer.content.decode())
    assert Client().login(username="ann", password=PASSWORD)
    assert not Event.objects.exists()


def test_guessing_the_old_password_ends_as_at_the_sign_in() -> None:
    make_person("ann", password=PASSWORD)
    client = Client()
    assert client.login(username="ann", password=PASSWORD)
    typed = {"new_password1": OTHER, "new_password2": OTHER}
    for _ in range(5):
        answer = client.post("/settings/password/", {**typed, "old_password": "wrong"})
        assert answer.status_code == 422

    answer = client.post("/settings/password/", {**typed, "old_password": PASSWORD})

    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert Client().login(username="ann", password=PASSWORD)


def form_of(username: str) -> PasswordByLinkForm:
    """What the page behind a link judges: the account as it is now."""
    person = User.objects.get(username=username)
    form = PasswordByLinkForm(person, {"new_password1": OTHER, "new_password2": OTHER})
    assert form.is_valid()
    return form


def test_of_two_who_use_one_link_at_once_the_second_changes_nothing() -> None:
    person = make_person("ann")
    first, second = form_of("ann"), form_of("ann")
    set_password(first, actor=person)
    kept = User.objects.get().password

    with pytest.raises(Overtaken, match="changed meanwhile"):
        set_password(second, actor=person)

    assert User.objects.get().password == kept
    assert Event.objects.filter(verb="password set").count() == 1


def test_a_new_password_brings_back_nothing_that_was_taken_meanwhile() -> None:
    """Dismissed, or sent away, while the page was judged."""
    administrator = make_administrator()
    dismissed, left = make_administrator("ann"), make_person("bob")
    forms = form_of("ann"), form_of("bob")
    administrators.change(dismissed, to=False, actor=administrator, proof=make_proof())
    deactivate(left, actor=administrator)

    set_password(forms[0], actor=dismissed)
    with pytest.raises(Overtaken):
        set_password(forms[1], actor=left)

    assert not User.objects.get(username="ann").is_superuser
    assert not User.objects.get(username="bob").is_active
