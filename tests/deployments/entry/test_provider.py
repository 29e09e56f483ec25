"""Sign-in by a real provider on loopback: who comes in, as whom, and what proves nothing."""

from __future__ import annotations

import time
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.second_factor import new_secret, turn_on
from approvals.models import Vote
from deployments.models import Event
from tests.accounts.codes import code_of
from tests.builders import PASSWORD, Team, make_deployment, make_machine, make_person, signed_in
from tests.oidc import Issuer, sent_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashing")]


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


def test_signing_by_the_provider_again_is_stored_with_the_vote(issuer: Issuer, team: Team) -> None:
    deployment = make_deployment(team, roles=("security",), submitted=True)
    client = linked(issuer, team.security, "s-11")
    old(client)
    rule = deployment.rules.get()
    address = f"/deployments/{deployment.pk}/sign/{rule.pk}/"
    typed = {
        "choice": "approve",
        "shown_content": deployment.content_hash,
        "shown_schedule": deployment.schedule_hash,
    }
    page = client.get(address).content.decode()
    assert f"/sign-in/provider/?again=1&amp;next={address.replace('/', '%2F')}" in page
    assert client.post(address, typed).status_code in {403, 422}
    assert not Vote.objects.exists()

    back = sent_back(client, issuer, "s-11", f"/sign-in/provider/?again=1&next={address}")
    assert client.get(back)["Location"] == address
    assert client.post(address, typed).status_code == 302

    assert Vote.objects.get().authenticated_by == "provider"


@pytest.mark.parametrize(
    ("age", "is_proof"), [(0, True), (240, True), (330, False), (-3600, False), (None, False)]
)
def test_what_the_provider_asked_longer_ago_proves_nothing_new(
    issuer: Issuer, age: int | None, is_proof: bool
) -> None:
    client = linked(issuer, make_person("ann"), "s-12")
    old(client)
    told = None if age is None else int(time.time()) - age
    issuer.knows("s-12", email="ann@example.org", email_verified=True, auth_time=told)

    answer = client.get(sent_back(client, issuer, "s-12", "/sign-in/provider/?again=1"))

    assert answer.status_code == (302 if is_proof else 403)
    page = client.get("/settings/second-factor/").content.decode()
    assert ("You proved who you are" in page) == is_proof


def test_a_sign_in_by_an_old_session_of_the_provider_signs_nothing(issuer: Issuer) -> None:
    make_person("ann")
    issuer.knows(
        "s-13", email="ann@example.org", email_verified=True, auth_time=int(time.time()) - 7200
    )

    _, _, client = comes(issuer, "s-13")

    assert is_in(client)
    assert "Prove again who you are" in client.get("/settings/provider/").content.decode()


def test_somebody_else_proves_nothing_for_whoever_is_signed_in(issuer: Issuer) -> None:
    client = linked(issuer, make_person("ann"), "s-14")
    old(client)
    issuer.knows("s-15", email="bob@example.org", email_verified=True)

    answer = client.get(sent_back(client, issuer, "s-15", "/sign-in/provider/?again=1"))

    assert answer.status_code == 403
    assert "named somebody else than Ann" in answer.content.decode()


def test_who_is_signed_in_connects_the_provider_and_takes_it_out(issuer: Issuer) -> None:
    person = make_person("ann", password=PASSWORD)
    client = signed_in(person)
    issuer.knows("s-16")

    assert "Continue to Example ID" in client.post("/settings/provider/").content.decode()
    client.get(sent_back(client, issuer, "s-16", "/sign-in/provider/?next=/settings/"))

    assert SocialAccount.objects.get().user == person
    assert comes(issuer, "s-16")[0] == 302
    assert client.post("/settings/provider/out/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_connecting_takes_a_proof_and_leaves_others_theirs(issuer: Issuer) -> None:
    linked(issuer, make_person("bob"), "s-17")
    client = signed_in(make_person("ann", password=PASSWORD))
    old(client)
    assert client.post("/settings/provider/").status_code == 422
    assert client.post("/settings/provider/", {"password": PASSWORD}).status_code == 200

    answer = client.get(sent_back(client, issuer, "s-17"))

    assert "belongs to another account already" in answer.content.decode()
    assert SocialAccount.objects.get().user.username == "bob"


def test_without_a_password_the_last_way_in_stays(issuer: Issuer) -> None:
    client = linked(issuer, make_person("ann"), "s-18")

    answer = client.post("/settings/provider/out/")

    assert "set a password first" in answer.content.decode()
    assert SocialAccount.objects.exists()


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


def linked(issuer: Issuer, person: User, subject: str) -> Client:
    """Somebody who signed in by the provider."""
    SocialAccount.objects.create(user=person, provider=issuer.url, uid=subject)
    issuer.knows(subject, email=person.email, email_verified=True)
    return comes(issuer, subject)[2]


def old(client: Client) -> None:
    """The session's last proof is an hour old."""
    session = client.session
    session["authenticated"] = {"means": "provider", "at": "2026-01-01T00:00:00+00:00"}
    session.save()
