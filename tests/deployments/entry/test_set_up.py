"""An empty installation: whoever reads the log makes the first account, and nobody after them."""

from __future__ import annotations

import logging
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from deployments.entry import set_up
from deployments.models import Event
from tests.builders import make_machine
from tests.threads import at_once

NEW = {
    "username": "root",
    "display_name": "Rosa Marin",
    "email": "rosa@example.org",
    "zone": "Europe/Vienna",
    "new_password1": "correct horse battery",
    "new_password2": "correct horse battery",
}


@pytest.mark.django_db
def test_the_word_from_the_log_makes_the_first_administrator_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client()
    assert client.get("/sign-in/")["Location"] == "/set-up/"
    with caplog.at_level(logging.WARNING, "deployments.entry.set_up"):
        page = client.get("/set-up/").content.decode()
    word = caplog.messages[-1].rpartition(" ")[2]
    assert word not in page

    answer = client.post("/set-up/", {**NEW, "word": f" {word.upper()} "})

    assert answer["Location"] == "/"
    person = User.objects.get()
    assert (person.is_superuser, str(person), person.zone) == (True, "Rosa Marin", "Europe/Vienna")
    assert "Begin here" in client.get("/").content.decode()
    assert Client().get("/set-up/").status_code == 404
    assert Client().post("/set-up/", {**NEW, "word": word}).status_code == 404
    assert Client().get("/sign-in/").status_code == 200
    assert Event.objects.get().verb == "first administrator made"


@pytest.mark.django_db
def test_a_stranger_without_the_word_gets_nothing_and_is_slowed_down() -> None:
    answers = [Client().post("/set-up/", {**NEW, "word": f"guess-{n}"}) for n in range(12)]

    assert "That is not the set-up word" in answers[0].content.decode()
    assert "Too many attempts" in answers[-1].content.decode()
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"new_password2": "another"}, "The two password fields didn’t match"),
        ({"new_password1": "short", "new_password2": "short"}, "This password is too short"),
        ({"username": "a b"}, "Enter a valid username"),
        ({"zone": "Mars/Olympus"}, "is no time zone"),
        ({"email": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    typed: dict[str, str], sentence: str
) -> None:
    answer = Client().post("/set-up/", {**NEW, "word": set_up.word(), **typed})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="Rosa Marin"' in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_command_prints_the_word_until_somebody_is_there() -> None:
    said = StringIO()
    call_command("setup_word", stdout=said)
    assert said.getvalue().strip() == set_up.word()

    make_machine()

    assert Client().get("/set-up/").status_code == 404, "a machine is somebody too"
    with pytest.raises(CommandError, match="Somebody has an account already"):
        call_command("setup_word")


@pytest.mark.django_db
def test_djangos_own_command_is_enough_to_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW["new_password1"])
    call_command(
        "createsuperuser", username="root", email="root@example.org", interactive=False, verbosity=0
    )
    client = Client()

    client.post("/sign-in/", {"username": "root", "password": NEW["new_password1"]})

    assert "Begin here" in client.get("/").content.decode()
    assert client.get("/services/new/").status_code == 200
    assert Client().get("/set-up/").status_code == 404


def test_of_two_who_come_at_once_one_becomes_the_first(committed: dict[str, str]) -> None:
    word = set_up.word()

    def come(name: str) -> Any:
        return Client().post("/set-up/", {**NEW, "username": name, "word": word}).status_code

    answers = at_once(lambda: come("one"), lambda: come("two"))

    assert sorted(str(one) for one in answers) in (["302", "404"], ["302", "409"])
    assert User.objects.count() == 1
