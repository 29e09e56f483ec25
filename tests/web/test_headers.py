"""X9: what every answer says to browsers and proxies, at every address of the access table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from deployments.models import Deployment
from tests.builders import PASSWORD, Team, make_administrator, make_person, signed_in
from tests.dashboard.access_table import TABLE
from tests.dashboard.test_access import arguments, every_argument

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
SENT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A letter is drawn with styles of its own, as in a mail program: in a frame of ours, where nothing
# runs, nothing is fetched and nothing is sent.
LETTERS = {"communications:preview_page", "communications:message_page"}
LETTER = {
    **dict.fromkeys(STRICT, "'none'"),
    "style-src": "'unsafe-inline'",
    "frame-ancestors": "'self'",
    "sandbox": "allow-popups",
}
FRAMING = {"communications:preview", "communications:message", "communications:reword"}
# Kept files: no browser is to do anything with them, whoever wrote them.
FILES = {"checklists:evidence_file", "checklists:evidence_image"}
# Whoever opens it from a mail sends no word of it to anybody, not even to this portal.
UNLISTED_REFERRER = "no-referrer"


def policy(answer: HttpResponseBase) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def decided(name: str, answer: HttpResponseBase) -> dict[str, str]:
    """The policy for this address; a refusal or a page of nothing there has the strict one."""
    if answer.status_code == 200 and name in LETTERS:
        return LETTER
    if answer.status_code == 200 and name in FILES:
        return {"sandbox": "", "default-src": "'none'"}
    is_framing = name in FRAMING and answer.status_code == 200
    return STRICT | ({"frame-src": "'self'"} if is_framing else {})


def faults(name: str, answer: HttpResponseBase) -> Iterator[str]:
    kept = {part.strip() for part in answer["Cache-Control"].split(",")}
    if not kept >= {"private", "no-store"}:
        yield f"{name}: Cache-Control {answer['Cache-Control']}"
    if policy(answer) != decided(name, answer):
        yield f"{name}: {policy(answer)}"
    if "camera=(), " not in answer["Permissions-Policy"]:
        yield f"{name}: Permissions-Policy {answer['Permissions-Policy']}"
    for header, value in SENT.items():
        if answer[header] not in allowed(name, header, value):
            yield f"{name}: {header} {answer[header]}"


def allowed(name: str, header: str, value: str) -> set[str]:
    if header == "X-Frame-Options" and name in LETTERS:
        return {"SAMEORIGIN", value}
    return {value, UNLISTED_REFERRER} if header == "Referrer-Policy" else {value}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["release_manager", "administrator"])
def test_every_answer_keeps_itself_to_its_reader(who: str, team: Team, scene: Deployment) -> None:
    client = signed_in(make_administrator() if who == "administrator" else team.release_manager)
    every = every_argument(scene)
    wrong: list[str] = []
    for name in TABLE:
        answer = client.get(reverse(name, kwargs=arguments(name, every)))
        wrong += faults(name, answer)
    wrong += faults("nothing there", client.get("/nothing/there/"))
    assert wrong == []


@pytest.mark.django_db
def test_answers_to_nobody_and_to_forged_acts_do_so_too(scene: Deployment) -> None:
    client, every = Client(enforce_csrf_checks=True), every_argument(scene)
    wrong: list[str] = []
    for name in TABLE:
        url = reverse(name, kwargs=arguments(name, every))
        wrong += [*faults(name, client.get(url)), *faults(name, client.post(url))]
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
