"""Who is signed in proves it again by the provider, and connects it with their account."""

from __future__ import annotations

import time

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User
from approvals.models import Vote
from tests.builders import PASSWORD, Team, make_deployment, make_person, signed_in
from tests.deployments.entry.test_provider import comes, is_in
from tests.oidc import Issuer, sent_back

pytestmark = pytest.mark.django_db


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
    assert client.post(address, typed).status_code == 422
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


def test_who_comes_back_to_connecting_later_proves_it_again(issuer: Issuer) -> None:
    client = signed_in(make_person("ann", password=PASSWORD))
    assert client.post("/settings/provider/").status_code == 200
    old(client)

    answer = client.get("/sign-in/provider/?next=/settings/")

    assert answer["Location"] == "/settings/provider/"


def test_without_a_password_the_last_way_in_stays(issuer: Issuer) -> None:
    client = linked(issuer, make_person("ann"), "s-18")

    answer = client.post("/settings/provider/out/")

    assert "set a password first" in answer.content.decode()
    assert SocialAccount.objects.exists()


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
