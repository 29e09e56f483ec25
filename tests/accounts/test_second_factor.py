"""The second factor: asked after the password, each code once, and good for signing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts import second_factor
from accounts.models import User
from approvals.models import Vote
from deployments.models import Event
from tests.accounts.codes import code_of
from tests.builders import (
    PASSWORD,
    Team,
    make_administrator,
    make_deployment,
    make_person,
    signed_in,
)

pytestmark = pytest.mark.django_db
CODE_PAGE = "/sign-in/code/"


@pytest.fixture
def secret() -> str:
    return second_factor.new_secret()


@pytest.fixture
def codes(secret: str) -> list[str]:
    """Ann has the app, set up half a minute ago, and these recovery codes."""
    return second_factor.turn_on(make_person("ann", password=PASSWORD), secret, code_of(secret, -1))


def half_in() -> Client:
    client = Client()
    answer = client.post("/sign-in/?next=/services/", {"username": "ann", "password": PASSWORD})
    assert answer["Location"] == CODE_PAGE
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_the_password_alone_signs_nobody_in(codes: list[str], secret: str) -> None:
    client = half_in()
    assert not is_in(client)
    assert client.post(CODE_PAGE, {"code": "12"}).status_code == 422
    assert not is_in(client)

    answer = client.post(CODE_PAGE, {"code": code_of(secret)})

    assert (answer["Location"], is_in(client)) == ("/services/", True)
    assert client.session["authenticated"]["means"] == "password, totp"
    assert client.get(CODE_PAGE).status_code == 302, "there is no half sign-in any more"


def test_a_code_counts_once_and_none_that_is_older_than_the_last(
    codes: list[str], secret: str
) -> None:
    assert half_in().post(CODE_PAGE, {"code": code_of(secret, 1)}).status_code == 302

    for used in (code_of(secret, 1), code_of(secret), code_of(secret, -1)):
        assert half_in().post(CODE_PAGE, {"code": used}).status_code == 422


def test_a_recovery_code_signs_in_once(codes: list[str]) -> None:
    assert len(codes) == 10
    assert half_in().post(CODE_PAGE, {"code": codes[3].replace(" ", "-")}).status_code == 302
    assert half_in().post(CODE_PAGE, {"code": codes[3]}).status_code == 422
    assert second_factor.codes_left(User.objects.get()) == 9


def test_guessing_codes_ends_after_five(codes: list[str], secret: str) -> None:
    client = half_in()
    for _ in range(5):
        assert client.post(CODE_PAGE, {"code": "nothing"}).status_code == 422

    answer = half_in().post(CODE_PAGE, {"code": code_of(secret)})

    assert answer.status_code == 429
    assert "Too many attempts. Try again in 15 minutes." in answer.content.decode()


def test_half_a_sign_in_ends_with_the_password_and_with_the_account(
    codes: list[str], secret: str
) -> None:
    person = User.objects.get()
    changed, closed = half_in(), half_in()
    person.is_active = False
    person.save()
    assert closed.post(CODE_PAGE, {"code": code_of(secret)})["Location"] == "/sign-in/"
    person.is_active = True
    person.set_password("another battery staple")
    person.save()

    assert changed.post(CODE_PAGE, {"code": code_of(secret)})["Location"] == "/sign-in/"
    assert not is_in(changed)


def test_secrets_lie_in_the_database_sealed(codes: list[str], secret: str) -> None:
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in kept
    assert not any(code in kept or code.replace(" ", "") in kept for code in codes)


def test_it_is_turned_on_by_a_code_in_my_settings_and_off_again() -> None:
    person = make_person("ann", password=PASSWORD)
    client = signed_in(person)
    page = client.get("/settings/second-factor/").content.decode()
    [secret] = re.findall(r"<code class=\"hash\">([A-Z2-7]{32})</code>", page)
    assert f"otpauth://totp/ann%40example.org?secret={secret}" in unescape(page)
    wrong = client.post("/settings/second-factor/", {"app_code": "000"})
    assert wrong.status_code == 422
    assert secret in wrong.content.decode(), "the app keeps its key"

    shown = client.post("/settings/second-factor/", {"app_code": code_of(secret)})

    codes = re.findall(r"<li><code>(\d{4} \d{4})</code>", shown.content.decode())
    assert len(codes) == 10
    assert second_factor.is_recovery_code(person, codes[0])
    anew = client.post("/settings/second-factor/codes/").content.decode()
    assert codes[1] not in anew
    assert not second_factor.is_recovery_code(person, codes[1])
    assert client.post("/settings/second-factor/off/")["Location"] == "/settings/"
    assert not Authenticator.objects.exists()
    assert list(Event.objects.order_by("sequence").values_list("verb", flat=True)) == [
        "second factor turned on", "recovery codes made", "second factor turned off",
    ]  # fmt: skip
    assert secret not in str(list(Event.objects.values("before", "after", "object_text")))


def test_turning_it_off_takes_a_fresh_proof(codes: list[str]) -> None:
    client = signed_in(User.objects.get())
    old(client)

    answer = client.post("/settings/second-factor/off/")

    assert answer.status_code == 422
    assert second_factor.is_on(User.objects.get())


def test_an_administrator_turns_it_off_for_whoever_lost_the_app(codes: list[str]) -> None:
    person = User.objects.get()
    client = signed_in(make_administrator(password=PASSWORD))
    address = f"/people/{person.pk}/second-factor/off/"
    assert "Make sure that it is they who ask" in client.get(address).content.decode()
    old(client)
    assert client.post(address).status_code == 422
    assert second_factor.is_on(person)

    answer = client.post(address, {"password": PASSWORD})

    assert answer.status_code == 302
    assert not second_factor.is_on(person)
    assert Event.objects.get().verb == "second factor turned off"


def test_signing_by_a_code_is_stored_with_the_vote(team: Team, secret: str) -> None:
    recovery = second_factor.turn_on(team.security, secret, code_of(secret, -1))
    deployment = make_deployment(team, roles=("security",), submitted=True)
    client = signed_in(team.security)
    old(client)
    address = f"/deployments/{deployment.pk}/sign/{deployment.rules.get().pk}/"
    typed = {
        "choice": "approve",
        "shown_content": deployment.content_hash,
        "shown_schedule": deployment.schedule_hash,
    }
    assert "Code of your authenticator app" in client.get(address).content.decode()
    for wrong in ("", "000", code_of(secret, -1), recovery[0]):
        assert client.post(address, {**typed, "code": wrong}).status_code == 422
    assert not Vote.objects.exists()

    assert client.post(address, {**typed, "code": code_of(secret)}).status_code == 302

    assert Vote.objects.get().authenticated_by == "totp"


def old(client: Client) -> None:
    session = client.session
    session["authenticated"] = {"means": "password", "at": "2026-01-01T00:00:00+00:00"}
    session.save()
