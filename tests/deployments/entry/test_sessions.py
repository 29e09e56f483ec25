"""Where somebody is signed in: shown as they know it, and ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import OpenSession, User
from deployments.access.people import deactivate
from tests.builders import PASSWORD, make_person
from tests.deployments.access.test_service_views import words

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def enters(browser: str = FIREFOX, address: str = "192.0.2.7") -> Client:
    client = Client(HTTP_USER_AGENT=browser, REMOTE_ADDR=address)
    answer = client.post("/sign-in/", {"username": "ann", "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.fixture
def ann(db: None) -> User:
    return make_person("ann", password=PASSWORD)


def test_each_session_is_told_by_browser_place_and_time(ann: User) -> None:
    enters(EDGE, "198.51.100.4")
    said = words(enters(), "/settings/sessions/")

    assert "Firefox on Linux this browser From 192.0.2.7, since" in said
    assert "Edge on Windows From 198.51.100.4, since" in said


@pytest.mark.parametrize(
    ("told", "called"),
    [
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>" * 500, "Unknown browser"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
         "Safari on iPhone"),
    ],
)  # fmt: skip
def test_whatever_calls_itself_somehow_has_a_name(ann: User, told: str, called: str) -> None:
    enters(told)
    assert OpenSession.objects.get().browser == called


def test_one_is_ended_at_once_and_the_others_stay(ann: User) -> None:
    here, there, third = enters(), enters(EDGE), enters()
    there_pk = OpenSession.objects.get(browser="Edge on Windows").pk

    assert here.post(f"/settings/sessions/{there_pk}/end/").status_code == 302

    assert [one.get("/").status_code for one in (here, there, third)] == [200, 302, 200]
    assert here.post("/settings/sessions/end-others/").status_code == 302
    assert [one.get("/").status_code for one in (here, third)] == [200, 302]
    assert (Session.objects.count(), OpenSession.objects.count()) == (1, 1)


def test_nobody_ends_the_session_of_somebody_else(ann: User) -> None:
    here = enters()
    other = OpenSession.objects.create(user=make_person("bob"), key="bobs", browser="Firefox")

    assert here.post(f"/settings/sessions/{other.pk}/end/").status_code == 404
    here.post("/settings/sessions/end-others/")
    assert OpenSession.objects.filter(pk=other.pk).exists()


def test_signing_out_a_new_password_and_the_end_of_the_account_end_sessions(ann: User) -> None:
    here, there = enters(), enters(EDGE)
    there.post("/sign-out/")
    assert OpenSession.objects.count() == 1

    third = enters()
    typed = {"old_password": PASSWORD, "new_password1": "another battery staple"}
    here.post("/settings/password/", {**typed, "new_password2": "another battery staple"})
    assert third.get("/").status_code == 302
    assert "this browser" in words(here, "/settings/sessions/"), "its key is new, it is the same"
    assert Session.objects.count() == OpenSession.objects.count() == 1

    deactivate(ann, actor=None)
    assert here.get("/").status_code == 302
    assert OpenSession.objects.count() == 0


def test_being_seen_costs_a_query_every_five_minutes_only(
    ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = enters()
    with django_assert_num_queries(2):  # the session and the person
        client.get("/settings/second-factor/off/")
    before = OpenSession.objects.get().seen_at
    session = client.session
    session["seen"] -= 300
    session.save()

    client.get("/settings/second-factor/off/")

    assert OpenSession.objects.get().seen_at > before
    with django_assert_num_queries(2):
        client.get("/settings/second-factor/off/")


def test_what_is_left_of_old_sessions_is_swept_away_at_the_next_sign_in(ann: User) -> None:
    enters(EDGE)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))

    here = enters()

    assert [one.browser for one in OpenSession.objects.all()] == ["Firefox on Linux"]
    assert "Nowhere else" in words(here, "/settings/sessions/")
