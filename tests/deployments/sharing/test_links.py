"""The stakeholder link: one stands at a time, only its digest and a sealed copy are kept."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django import Settings

from deployments import clock
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment, Event, ShareLink
from deployments.sharing import links
from tests.builders import Team, make_deployment, signed_in

MONTH = timedelta(days=30)


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team)


def secret_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def outlive(link: ShareLink) -> None:
    now = clock.now()
    ShareLink.objects.filter(pk=link.pk).update(
        made_at=now - 2 * MONTH, expires_at=now - timedelta(seconds=1)
    )


def test_link_opens_until_it_is_revoked(team: Team, deployment: Deployment) -> None:
    link, address = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    assert links.standing_link(secret_of(address)) == link
    assert links.address_for_mails(deployment) == address

    links.revoke(deployment.pk, link.pk, actor=team.release_manager)

    assert links.standing_link(secret_of(address)) is None
    assert links.address_for_mails(deployment) == ""
    assert ShareLink.objects.get().sealed_secret == ""


def test_neither_the_row_nor_the_history_holds_the_secret(
    team: Team, deployment: Deployment
) -> None:
    link, address = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    links.revoke(deployment.pk, link.pk, actor=team.release_manager)
    again, other = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    kept = [*ShareLink.objects.values_list(), *Event.objects.values_list()]
    for secret in map(secret_of, (address, other)):
        assert len(secret) == 43
        assert secret not in str(kept)
    verbs = Event.objects.filter(object_kind="sharelink").order_by("sequence")
    assert list(verbs.values_list("verb", "object_id", "actor_name")) == [
        ("share link made", str(link.pk), "Release Manager"),
        ("share link revoked", str(link.pk), "Release Manager"),
        ("share link made", str(again.pk), "Release Manager"),
    ]


def test_new_link_ends_the_one_before_and_says_so(team: Team, deployment: Deployment) -> None:
    _, first = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    _, second = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    assert links.standing_link(secret_of(first)) is None
    assert links.address_for_mails(deployment) == second
    assert Event.objects.filter(verb="share link revoked").count() == 1


def test_expired_link_opens_nothing_and_is_in_no_mail(team: Team, deployment: Deployment) -> None:
    link, address = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    outlive(link)
    assert links.standing_link(secret_of(address)) is None
    assert links.address_for_mails(deployment) == ""


@pytest.mark.parametrize("lasts", [timedelta(0), -MONTH, timedelta(days=400)])
def test_link_is_refused_when_it_lasts_no_time_or_for_ever(
    lasts: timedelta, team: Team, deployment: Deployment
) -> None:
    with pytest.raises(Invalid, match="from one day to a year"):
        links.make(deployment.pk, lasts=lasts, actor=team.release_manager)


@pytest.mark.parametrize("name", ["member", "ops_lead", "stakeholder", "outsider"])
def test_only_release_managers_make_and_revoke(
    name: str, team: Team, deployment: Deployment
) -> None:
    link, _ = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    with pytest.raises(Forbidden, match="Only release managers"):
        links.make(deployment.pk, lasts=MONTH, actor=team.people[name])
    with pytest.raises(Forbidden, match="Only release managers"):
        links.revoke(deployment.pk, link.pk, actor=team.people[name])


def test_link_is_revoked_once(team: Team, deployment: Deployment) -> None:
    link, _ = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    links.revoke(deployment.pk, link.pk, actor=team.release_manager)
    with pytest.raises(Refused, match="Release Manager has revoked this link already"):
        links.revoke(deployment.pk, link.pk, actor=team.release_manager)


def test_database_refuses_a_second_standing_link(team: Team, deployment: Deployment) -> None:
    link, _ = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    link.pk, link.digest = None, "0" * 64
    with pytest.raises(IntegrityError, match="one_share_link_per_deployment"), transaction.atomic():
        link.save(force_insert=True)


def test_use_is_noted_once_a_minute(team: Team, deployment: Deployment) -> None:
    link, _ = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    links.note_use(link)
    first = ShareLink.objects.get().last_used_at
    links.note_use(link)
    assert first is not None
    assert ShareLink.objects.get().last_used_at == first
    ShareLink.objects.update(last_used_at=first - timedelta(minutes=2))
    links.note_use(link)
    assert ShareLink.objects.get().last_used_at > first - timedelta(minutes=1)


def test_other_keys_keep_the_link_open_and_sealed_anew_it_is_in_mails(
    team: Team, deployment: Deployment, settings: Settings
) -> None:
    _, address = links.make(deployment.pk, lasts=MONTH, actor=team.release_manager)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key of the portal"
    assert links.standing_link(secret_of(address)) is not None
    assert links.address_for_mails(deployment) == ""
    with pytest.raises(CommandError, match=f"the link of deployment {deployment.pk}"):
        call_command("reseal_credentials", stdout=StringIO())

    settings.SECRET_KEY_FALLBACKS = [old]
    call_command("reseal_credentials", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []

    assert links.address_for_mails(deployment) == address


def test_page_shows_the_address_on_the_answer_that_made_it_only(
    team: Team, deployment: Deployment
) -> None:
    client = signed_in(team.release_manager)
    page = reverse("deployments:share_link", args=[deployment.pk])
    made = client.post(page, {"days": "30"})
    address = links.address_for_mails(deployment)
    assert (made.status_code, made.context["address"]) == (200, address)
    assert address in made.content.decode()
    assert secret_of(address) not in client.get(page).content.decode()


def test_page_names_those_who_may_when_one_may_not(team: Team, deployment: Deployment) -> None:
    page = reverse("deployments:share_link", args=[deployment.pk])
    said = signed_in(team.member).get(page).content.decode()
    assert "Only release managers of this service may make or revoke the stakeholder link." in said
    assert 'name="days"' not in said
    assert signed_in(team.release_manager).post(page, {"days": "5"}).status_code == 422


def test_link_of_another_deployment_is_not_found(team: Team, deployment: Deployment) -> None:
    other = make_deployment(team)
    link, _ = links.make(other.pk, lasts=MONTH, actor=team.release_manager)
    revoke = reverse("deployments:revoke_share_link", args=[deployment.pk, link.pk])
    assert signed_in(team.release_manager).post(revoke).status_code == 404
