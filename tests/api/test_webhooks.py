"""Webhooks on the page of a service's machines: issued, rotated and revoked by release managers."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from api.models import Webhook
from api.webhooks import BOTH_VALID, issue, rotate
from connections.sealing import opened
from deployments.exceptions import Refused
from deployments.models import Event
from tests.api.makers import secret_in
from tests.builders import PASSWORD, make_administrator, make_proof, signed_in

LIST = "/services/storage-layer/machines/"
NEW = f"{LIST}webhooks/"


@pytest.fixture
def manager(team) -> Client:
    return signed_in(team.release_manager)


@pytest.fixture
def webhook(manager) -> Webhook:
    manager.post(NEW, {"title": "Lab"})
    return Webhook.objects.get()


def address(webhook: Webhook, act: str) -> str:
    return reverse(f"machines:{act}_webhook", args=["storage-layer", webhook.pk])


def test_release_manager_gets_address_and_secret_once(team, manager):
    page = manager.post(NEW, {"title": "Lab"}).content.decode()
    webhook, secret = Webhook.objects.get(), secret_in(page)
    assert f"http://127.0.0.1:8000/api/v1/webhooks/{webhook.pk}" in page
    assert page.index(secret) < page.index('<form method="post" action="/services/')
    assert opened(webhook.secret) == secret
    assert secret not in webhook.secret
    assert "whsec_" not in manager.get(LIST).content.decode()
    assert (webhook.machine.username, webhook.machine.kind) == (
        "machine:storage-layer:1",
        "machine",
    )
    event = Event.objects.filter(chain="service:storage-layer", verb="webhook issued").get()
    assert (event.actor_name, event.after) == (
        "Release Manager", {"title": "Lab", "machine": "machine:storage-layer:1"},
    )  # fmt: skip


def test_token_and_webhook_have_machines_of_their_own(team, manager, webhook):
    manager.post(LIST, {"title": "CI", "scopes": "report"})
    manager.post(NEW, {"title": "Lab 2"})
    machines = [one.machine.username for one in team.service.webhooks.order_by("created_at")]
    machines += [one.machine.username for one in team.service.tokens.all()]
    assert sorted(machines) == [f"machine:storage-layer:{number}" for number in (1, 2, 3)]


def test_rotation_keeps_the_old_secret_for_a_day_and_shows_the_new_one_once(manager, webhook):
    old = opened(webhook.secret)
    page = manager.post(address(webhook, "rotate")).content.decode()
    webhook.refresh_from_db()
    assert [opened(webhook.secret), opened(webhook.old_secret)] == [secret_in(page), old]
    event = Event.objects.filter(chain="service:storage-layer", verb="webhook rotated").get()
    assert webhook.old_until - event.at == BOTH_VALID
    listed = manager.get(LIST).content.decode()
    assert "the old secret holds until" in listed
    assert "whsec_" not in listed


def test_revoked_webhook_keeps_no_secret_and_is_rotated_no_more(team, manager, webhook):
    manager.post(address(webhook, "rotate"))
    for _ in range(2):
        assert manager.post(address(webhook, "revoke")).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.secret, webhook.old_secret, webhook.old_until) == ("", "", None)
    assert Event.objects.filter(verb="webhook revoked").count() == 1
    said = "“Lab” is revoked; issue a new webhook instead."
    with pytest.raises(Refused, match=said):
        rotate(webhook, actor=team.release_manager, proof=make_proof())
    answer = manager.post(address(webhook, "rotate"))
    assert (answer.status_code, said in answer.content.decode()) == (410, True)
    assert address(webhook, "rotate") not in manager.get(LIST).content.decode()


def test_database_keeps_no_secret_of_a_revoked_webhook(webhook):
    with pytest.raises(IntegrityError), transaction.atomic():
        Webhook.objects.update(revoked_at=webhook.created_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Webhook.objects.update(old_secret="sealed", old_until=None)


@pytest.mark.parametrize("act", ["new", "rotate"])
def test_old_sign_in_needs_the_password(team, webhook, act):
    team.release_manager.set_password(PASSWORD)
    team.release_manager.save()
    where = NEW if act == "new" else address(webhook, "rotate")
    client, before = Client(), Webhook.objects.get().secret
    client.force_login(team.release_manager)
    assert client.post(where, {"title": "Lab 2"}).status_code == 422
    assert list(Webhook.objects.values_list("secret", flat=True)) == [before]
    assert client.post(where, {"title": "Lab 2", "password": PASSWORD}).status_code == 200


def test_webhook_without_a_title_is_refused(manager):
    response = manager.post(NEW, {"title": " "})
    assert (response.status_code, "Say who delivers to it." in response.content.decode()) == (
        422, True,
    )  # fmt: skip
    assert Webhook.objects.count() == 0


def test_both_forms_have_fields_of_their_own(manager):
    page = manager.get(LIST).content.decode()
    names = re.findall(r'id="(id_[^"]+)"', page)
    assert sorted(names) == sorted(set(names))


def test_admin_page_shows_no_secret(webhook):
    client = signed_in(make_administrator())
    page = client.get(reverse("admin:api_webhook_change", args=[webhook.pk])).content.decode()
    assert webhook.title in page
    assert webhook.secret not in page


def test_new_key_seals_the_secrets_of_webhooks_too(team, settings):
    webhook, secret = issue(
        team.service, title="CI", actor=team.release_manager, proof=make_proof()
    )
    settings.PORTAL_CREDENTIALS_KEYS = ["a key of its own, put first"]
    call_command("reseal_credentials", stdout=StringIO())
    settings.SECRET_KEY = "another one of the portal's keys"
    webhook.refresh_from_db()
    assert opened(webhook.secret) == secret
