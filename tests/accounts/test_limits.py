"""Guessing: how much of it is judged, what a refused guess is told, and whom it never locks out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.limits import PASSWORD_ELSEWHERE, PASSWORD_HERE
from accounts.models import Attempts, OpenSession
from tests.builders import PASSWORD, make_machine, make_person
from tests.threads import at_once

TRIES = 5


def try_it(password: str, *, username: str = "ann", address: str = "192.0.2.1") -> tuple[int, str]:
    answer = Client(REMOTE_ADDR=address).post(
        "/sign-in/", {"username": username, "password": password}
    )
    return answer.status_code, answer.content.decode()


@pytest.mark.django_db
def test_after_five_wrong_passwords_the_right_one_waits_too_and_is_told_how_long() -> None:
    make_person("ann", password=PASSWORD)
    for _ in range(TRIES):
        status, page = try_it("wrong")
        assert (status, "Too many attempts" in page) == (200, False)

    status, page = try_it(PASSWORD)

    assert status == 429
    assert "Too many attempts. Try again in 5 minutes." in page
    assert try_it(PASSWORD, username="ANN")[0] == 429, "the same name in capitals"
    assert try_it(PASSWORD, address="192.0.2.2")[0] == 302, "from elsewhere nobody is locked out"
    Attempts.objects.update(began_at=timezone.now() - timedelta(minutes=5))
    assert try_it(PASSWORD)[0] == 302


@pytest.mark.django_db
def test_other_addresses_of_one_subscriber_are_no_other_place() -> None:
    make_person("ann", password=PASSWORD)
    for number in range(TRIES):
        assert try_it("wrong", address=f"2001:db8:0:7::{number}")[0] == 200

    assert try_it(PASSWORD, address="2001:db8:0:7:ffff::1")[0] == 429
    assert try_it(PASSWORD, address="2001:db8:0:8::1")[0] == 302


@pytest.mark.django_db
def test_addresses_of_ipv4_on_a_socket_for_both_are_places_of_their_own() -> None:
    make_person("ann", password=PASSWORD)
    for _ in range(TRIES):
        assert try_it("wrong", address="::ffff:192.0.2.1")[0] == 200

    assert try_it(PASSWORD, address="192.0.2.1")[0] == 429
    assert try_it(PASSWORD, address="::ffff:192.0.2.2")[0] == 302
    assert OpenSession.objects.get().address == "192.0.2.2"


@pytest.mark.django_db
def test_a_count_that_is_lost_lets_people_in() -> None:
    make_person("ann", password=PASSWORD)
    for _ in range(TRIES + 1):
        try_it("wrong")

    Attempts.objects.all().delete()

    assert try_it(PASSWORD)[0] == 302


@pytest.mark.django_db
def test_right_passwords_are_no_guesses() -> None:
    make_person("ann", password=PASSWORD)
    for _ in range(TRIES + 2):
        assert try_it(PASSWORD)[0] == 302


@pytest.mark.django_db
def test_guesses_from_everywhere_end_but_not_for_whoever_is_signed_in_there() -> None:
    person = make_person("ann", password=PASSWORD)
    OpenSession.objects.create(user=person, key="home", browser="Firefox", address="198.51.100.7")
    Attempts.objects.create(
        key=PASSWORD_ELSEWHERE.of("ann").key,
        count=PASSWORD_ELSEWHERE.most - 1,
        began_at=timezone.now(),
    )
    assert try_it("wrong", address="192.0.2.98")[0] == 200

    assert try_it(PASSWORD, address="192.0.2.99")[0] == 429
    assert try_it(PASSWORD, address="198.51.100.7")[0] == 302


@pytest.mark.django_db
def test_what_is_refused_does_not_fill_the_counts_of_others() -> None:
    make_person("ann", password=PASSWORD)
    for _ in range(TRIES + 20):
        try_it("wrong")

    counts = sorted(Attempts.objects.values_list("count", flat=True))

    assert counts == [TRIES, TRIES, TRIES + 20]


@pytest.mark.django_db
def test_a_machine_is_told_what_a_stranger_is_told() -> None:
    machine = make_machine()
    machine.set_password(PASSWORD)
    machine.save()

    told = try_it(PASSWORD, username="ci")[1]

    assert "Please enter a correct username and password" in told
    assert not OpenSession.objects.exists()


def test_of_many_guesses_at_once_only_as_many_are_judged(committed: dict[str, str]) -> None:
    guess = PASSWORD_HERE.of("ann", "192.0.2.1")

    waits = at_once(*[lambda: guess.count(timezone.now())] * 24)

    assert waits.count(None) == TRIES
