"""Django's admin has no door of its own: neither past the second factor nor past the limits."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import OpenSession, User
from accounts.second_factor import new_secret, turn_on
from tests.accounts.codes import code_of
from tests.builders import PASSWORD, make_administrator, make_person, signed_in

pytestmark = pytest.mark.django_db


def test_its_sign_in_is_the_portals() -> None:
    admin, secret = make_administrator(), new_secret()
    admin.set_password(PASSWORD)
    admin.save()
    turn_on(admin, secret, code_of(secret))
    client = Client()

    first = client.get("/admin/login/?next=/admin/auth/")
    typed = client.post("/admin/login/", {"username": "administrator", "password": PASSWORD})

    assert first["Location"] == "/sign-in/?next=/admin/auth/"
    assert typed["Location"] == "/sign-in/?next=/admin/"
    assert client.get("/admin/").status_code == 302


def test_who_is_no_staff_is_told_so_and_not_sent_round_in_circles() -> None:
    client = signed_in(make_person("ann"))

    assert client.get("/admin/login/?next=/admin/").status_code == 403
    assert client.get("/admin/", follow=True).status_code == 403
    assert signed_in(make_administrator()).get("/admin/").status_code == 200


def test_a_password_is_changed_in_the_settings_only() -> None:
    admin, other = make_administrator(), "another battery staple"
    admin.set_password(PASSWORD)
    admin.save()
    typed = {"old_password": PASSWORD, "new_password1": other, "new_password2": other}

    for answer in (
        signed_in(admin).get("/admin/password_change/"),
        signed_in(admin).post("/admin/password_change/", typed),
    ):
        assert answer["Location"] == "/settings/"
    assert Client().login(username="administrator", password=PASSWORD)


@pytest.mark.parametrize(
    ("closed", "opened"),
    [({"is_active": ""}, {"is_active": "on"}), ({"kind": "machine"}, {"kind": "person"})],
)
def test_account_that_is_closed_there_and_opened_again_regains_no_session(
    closed: dict[str, str], opened: dict[str, str]
) -> None:
    person, admin = make_person("ann", password=PASSWORD), signed_in(make_administrator())
    theirs, address = Client(), f"/admin/accounts/user/{person.pk}/change/"
    theirs.post("/sign-in/", {"username": "ann", "password": PASSWORD})
    assert theirs.get("/settings/").status_code == 200
    facts = {"username": "ann", "zone": "UTC", "kind": "person", "is_active": "on"}

    for typed in (closed, opened):
        assert admin.post(address, facts | typed).status_code == 302

    assert User.objects.get(pk=person.pk).is_active
    assert theirs.get("/settings/").status_code == 302
    assert not OpenSession.objects.filter(user=person).exists()


def test_account_that_is_changed_there_and_stays_open_keeps_its_sessions() -> None:
    person, admin = make_person("ann", password=PASSWORD), signed_in(make_administrator())
    theirs = Client()
    theirs.post("/sign-in/", {"username": "ann", "password": PASSWORD})

    facts = {"username": "ann", "zone": "Europe/Vienna", "kind": "person", "is_active": "on"}
    assert admin.post(f"/admin/accounts/user/{person.pk}/change/", facts).status_code == 302

    assert User.objects.get(pk=person.pk).zone == "Europe/Vienna"
    assert theirs.get("/settings/").status_code == 200


def test_what_allauth_keeps_is_not_shown_there() -> None:
    page = signed_in(make_administrator()).get("/admin/").content.decode()

    for model in ("mfa/authenticator", "socialaccount/socialapp", "account/emailaddress"):
        assert f"/admin/{model}/" not in page
