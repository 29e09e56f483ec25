"""Sign-in by a real provider on loopback: who comes in, as whom, and what proves nothing."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.second_factor import new_secret, turn_on
from deployments.models import Event
from tests.accounts.codes import code_of
from tests.builders import PASSWORD, make_machine, make_person
from tests.oidc import Issuer, sent_back

pytestmark = pytest.mark.django_db


def comes(issuer: Issuer, subject: str, client: Client | None = None) -> tuple[int, str, Client]:
    """The answer to a whole sign-in by the provider."""
    client = client or Client()
    answer = client.get(sent_back(client, issuer, subject))
    return answer.status_code, unescape(answer.content.decode()), client


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_the_account_with_the_verified_address_is_linked_once(issuer: Issuer) -> None:
    person = make_person("ann")
    issuer.knows("s-1", email="Ann@Example.org", email_verified=True)

    status, _, client = comes(issuer, "s-1")

    assert (status, is_in(client)) == (302, True)
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.provider, linked.uid) == (person, issuer.url, "s-1")
    issuer.knows("s-1", email="ann.smith@example.org", email_verified=False)
    assert comes(issuer, "s-1")[0] == 302, "from then on the subject counts, not the address"
    assert list(Event.objects.values_list("verb", "actor")) == [("provider linked", person.pk)]


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"email": "ann@example.org"}, "has not verified the address ann@example.org"),
        ({"email": "ann@example.org", "email_verified": False}, "has not verified the address"),
        ({"email": "ann@example.org", "email_verified": "true"}, "has not verified the address"),
        ({}, "has not verified an address of yours"),
        ({"email": "bob@example.org", "email_verified": True}, "No account here has the address"),
    ],
)
def test_nobody_comes_in_by_an_address_that_nobody_verified(
    issuer: Issuer, claims: dict[str, object], sentence: str
) -> None:
    make_person("ann")
    issuer.knows("s-2", **claims)

    status, page, client = comes(issuer, "s-2")

    assert (status, is_in(client)) == (403, False)
    assert sentence in page
    assert not SocialAccount.objects.exists()


def test_two_accounts_with_one_address_are_nobodys_by_it(issuer: Issuer) -> None:
    for name in ("ann", "ann2"):
        User.objects.create(username=name, email="ann@example.org")
    issuer.knows("s-3", email="ann@example.org", email_verified=True)

    assert "Several accounts have the address" in comes(issuer, "s-3")[1]


def test_an_address_that_was_given_to_somebody_new_is_no_way_into_the_old_account(
    issuer: Issuer,
) -> None:
    make_person("ann")
    for subject in ("s-30", "s-31"):
        issuer.knows(subject, email="ann@example.org", email_verified=True)
    assert comes(issuer, "s-30")[0] == 302

    status, page, client = comes(issuer, "s-31")

    assert (status, is_in(client)) == (403, False)
    assert "is connected with another identity of Example ID" in page
    assert SocialAccount.objects.get().uid == "s-30"


def test_an_address_with_another_letter_is_somebody_elses(issuer: Issuer) -> None:
    """To a database in capitals ı is I, and ſ is S."""
    User.objects.create(username="kim", email="kim@insist.example")
    issuer.knows("s-32", email="kım@inſist.example", email_verified=True)

    status, page, client = comes(issuer, "s-32")

    assert (status, is_in(client)) == (403, False)
    assert "No account here has the address" in page


def test_machines_and_leavers_stay_out_however_they_come(issuer: Issuer) -> None:
    leaver, machine = make_person("ann"), make_machine()
    leaver.is_active = False
    leaver.save()
    SocialAccount.objects.create(user=machine, provider=issuer.url, uid="s-ci")
    issuer.knows("s-4", email="ann@example.org", email_verified=True)
    issuer.knows("s-ci", email="ci@example.org", email_verified=True)
    issuer.knows("s-5", email=machine.email, email_verified=True)

    for subject in ("s-4", "s-ci", "s-5"):
        status, _, client = comes(issuer, subject)
        assert (status, is_in(client)) == (403, False), subject


def test_an_account_is_made_only_where_the_environment_says_so(
    issuer: Issuer, settings: Settings
) -> None:
    make_person("ann")
    issuer.knows(
        "s-6", email="a@b.example", email_verified=True, name="Ann  Other", preferred_username="ann"
    )
    assert comes(issuer, "s-6")[0] == 403
    settings.OIDC_CREATES_ACCOUNTS = True

    _, _, client = comes(issuer, "s-6")

    assert is_in(client)
    made = User.objects.get(email="a@b.example")
    assert (made.username, str(made), made.is_superuser) == ("ann-2", "Ann Other", False)
    assert not made.has_usable_password()
    assert "You see no service yet" in client.get("/services/").content.decode()


def test_another_issuers_subject_is_somebody_else(issuer: Issuer) -> None:
    SocialAccount.objects.create(
        user=make_person("ann"), provider="https://before.example", uid="s-7"
    )
    issuer.knows("s-7", email="other@example.org", email_verified=True)

    assert comes(issuer, "s-7")[0] == 403


def test_an_answer_counts_once_and_for_whoever_began(issuer: Issuer) -> None:
    make_person("ann")
    issuer.knows("s-8", email="ann@example.org", email_verified=True)
    client, other = Client(), Client()
    back = sent_back(client, issuer, "s-8")

    assert "belongs to no sign-in that was begun here" in other.get(back).content.decode()
    assert not is_in(other)
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 409
    asked = parse_qs(urlsplit(Client().get("/sign-in/provider/")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/provider/back/"]


def test_an_answer_to_another_question_proves_nothing(issuer: Issuer) -> None:
    make_person("ann")
    issuer.knows("s-9", email="ann@example.org", email_verified=True)
    client = Client()
    there = client.get("/sign-in/provider/")["Location"]
    nonce = parse_qs(urlsplit(there).query)["nonce"][0]
    back = urlsplit(issuer.signs_in(there.replace(nonce, "another"), "s-9"))

    answer = client.get(f"{back.path}?{back.query}")

    assert "gave an answer that proves nothing" in answer.content.decode()
    assert not is_in(client)


def test_cancelled_there_is_said_here(issuer: Issuer) -> None:
    client = Client()
    there = client.get("/sign-in/provider/")["Location"]
    back = urlsplit(httpx.post(there, data={"action": "deny"}).headers["location"])
    state = parse_qs(urlsplit(there).query)["state"][0]

    answer = client.get(f"{back.path}?error=access_denied&state={state}")

    assert "Example ID signed nobody in" in answer.content.decode()


def test_the_providers_sign_in_leads_where_one_wanted_to_go(issuer: Issuer) -> None:
    make_person("ann")
    issuer.knows("s-10", email="ann@example.org", email_verified=True)
    for wanted, leads in (("/services/", "/services/"), ("https://evil.example/", "/")):
        client = Client()
        back = sent_back(client, issuer, "s-10", f"/sign-in/provider/?next={wanted}")
        assert client.get(back)["Location"] == leads


def test_the_code_of_an_app_is_asked_after_a_password_not_after_the_provider(
    issuer: Issuer,
) -> None:
    person, secret = make_person("ann", password=PASSWORD), new_secret()
    assert turn_on(person, secret, code_of(secret))
    issuer.knows("s-19", email="ann@example.org", email_verified=True)

    assert is_in(comes(issuer, "s-19")[2])
    client = Client()
    client.post("/sign-in/", {"username": "ann", "password": PASSWORD})
    assert not is_in(client)


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("OIDC_NETWORKS", [], "could not be asked"),
        ("OIDC_ISSUER", "http://localhost:1", "could not be asked"),
        ("OIDC_ISSUER", "http://id.example.org", "needs https"),
        ("OIDC_ISSUER", "https://169.254.169.254", "could not be asked"),
        ("OIDC_NETWORKS", ["10.0.0.0/8"], "could not be asked"),
    ],
)
def test_a_provider_that_cannot_be_asked_is_one_sentence(
    issuer: Issuer, settings: Settings, setting: str, value: object, sentence: str
) -> None:
    setattr(settings, setting, value)

    answer = Client().get("/sign-in/provider/")

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
