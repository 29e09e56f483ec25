"""X9: answers that the walk of tests/dashboard/test_access.py does not get, and cookies."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse

from deployments.models import Deployment
from tests.builders import PASSWORD, Team, make_administrator, make_person, signed_in
from tests.dashboard.access_table import TABLE
from tests.dashboard.test_access import arguments, every_argument
from tests.web.headers import faults


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["release_manager", "administrator"])
def test_page_of_nothing_there_keeps_itself_to_its_reader(who: str, team: Team) -> None:
    client = signed_in(make_administrator() if who == "administrator" else team.release_manager)
    assert list(faults("nothing there", client.get("/nothing/there/"))) == []


@pytest.mark.django_db
def test_answers_to_forged_acts_of_nobody_do_so_too(scene: Deployment) -> None:
    client, every = Client(enforce_csrf_checks=True), every_argument(scene)
    wrong: list[str] = []
    for name in TABLE:
        wrong += faults(name, client.post(reverse(name, kwargs=arguments(name, every))))
    assert wrong == []


@pytest.mark.django_db
def test_cookies_are_for_this_site_and_the_session_is_not_for_scripts() -> None:
    make_person("ann", password=PASSWORD)
    client = Client()
    client.get(reverse("accounts:sign_in"))
    client.post(reverse("accounts:sign_in"), {"username": "ann", "password": PASSWORD})
    session, token = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"], token["samesite"]) == (True, "Lax", "Lax")
    assert session["secure"] == ""  # this address is plain; the next test asks for the other


SAID = """
import django
django.setup()
from django.conf import settings
from django.test import Client
answer = Client().get("/sign-in/", secure=True)
print(settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY)
print(bool(answer.cookies["csrftoken"]["secure"]), answer["Strict-Transport-Security"])
print(Client().get("/sign-in/").status_code)
"""


def test_with_tls_cookies_travel_by_tls_only(committed: dict[str, str], real_team: Team) -> None:
    """As an installation with an https address starts: the settings are read once."""
    said = subprocess.run(
        [sys.executable, "-c", SAID],
        env={
            **committed,
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "deploy_portal.settings",
            "PORTAL_URL": "https://portal.example",
            "ALLOWED_HOSTS": "testserver",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.splitlines() == [
        "True True",
        "True max-age=31536000; includeSubDomains; preload",
        "301",
    ]
