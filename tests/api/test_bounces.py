"""Mail that came back, told by whoever sends it: signed, counted once, and never an error."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from api.models import Delivery as Received
from api.models import Webhook
from api.webhooks import issue, revoke, rotate
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import BouncingAddress, Delivery
from connections.sealing import opened
from deployments import clock
from deployments.enums import Anchor
from deployments.models import Event
from tests.api.makers import Sender, problem, secret_in
from tests.builders import make_administrator, make_proof, signed_in
from tests.communications.bounces.test_reports import POSTMARK, in_sns, ses
from tests.communications.conftest import leave, make_bouncing, make_planned

PAGE = "/mail/bounces/"


class Relay(Sender):
    """Whoever sends the portal's mail."""

    def tell(self, body: Any, delivery_id: str = "msg_1", **more: Any) -> Any:
        return self.deliver(
            body, delivery_id, **{"where": f"/api/v1/bounces/{self.webhook.pk}", **more}
        )


@pytest.fixture
def administrator(db):
    return make_administrator()


@pytest.fixture
def relay(administrator) -> Relay:
    return Relay(*issue(None, title="Relay", actor=administrator, proof=make_proof()))


@pytest.fixture
def copy(team) -> Delivery:
    line = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Go?")
    leave(make_planned(team, line, t0_in=timedelta(hours=3)).messages.get())
    return Delivery.objects.get(address="security@example.org")


def bounce(copy: Delivery, **more: Any) -> dict[str, Any]:
    return {
        "address": copy.address,
        "kind": "hard",
        "at": clock.now().isoformat(),
        "message_id": copy.mail_id,
        "reason": "550 no such user",
        **more,
    }


def told(answer: Any) -> tuple[int, dict[str, int]]:
    return answer.status_code, answer.json()


def nothing_stored(copy: Delivery) -> bool:
    copy.refresh_from_db()
    return (copy.state, BouncingAddress.objects.count(), Received.objects.count()) == (
        DeliveryState.SENT, 0, 0,
    )  # fmt: skip


def test_signed_report_marks_the_copy_as_its_machine(copy, relay):
    assert told(relay.tell(bounce(copy))) == (200, {"copies": 1, "addresses": 0, "ignored": 0})
    copy.refresh_from_db()
    assert (copy.state, copy.last_error) == ("bounced", "550 no such user")
    event = copy.message.deployment.events.get(verb="copy bounced")
    assert (event.actor, event.means) == (relay.webhook.machine, "api")
    assert relay.webhook.machine.username == "machine:@portal:1"


def test_same_delivery_counts_once_and_a_replay_is_refused(copy, relay):
    first = relay.tell(bounce(copy, at="2026-01-01T00:00:00Z"))
    again = relay.tell(
        bounce(copy, at="2026-01-01T00:00:00Z"), at=clock.now() + timedelta(seconds=60)
    )
    assert told(first) == told(again)
    assert copy.message.deployment.events.filter(verb="copy bounced").count() == 1
    late = relay.tell(bounce(copy), "msg_2", at=clock.now() - timedelta(minutes=6))
    assert problem(late)[0] == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"webhook-signature": "v1,AAAA"}, 401),
        ({"webhook-signature": ""}, 400),
        ({"webhook-id": ""}, 400),
        ({"webhook-timestamp": "soon"}, 400),
    ],
)
def test_forged_report_is_refused_and_leaves_nothing(headers, status, copy, relay):
    assert problem(relay.tell(bounce(copy), headers=headers))[0] == status
    assert nothing_stored(copy)


def test_body_changed_on_the_way_is_refused(copy, relay):
    body = json.dumps(bounce(copy)).encode()
    other = Relay(relay.webhook, relay.secret)
    signed = {}

    class Recorder(Client):
        def generic(self, *args: Any, **more: Any) -> Any:
            signed.update(more["headers"])
            return super().generic(*args, **more)

    other.client = Recorder()
    other.tell(bounce(copy, kind="soft"))
    assert problem(relay.tell(body, headers=dict(signed)))[0] == 401


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "medium"},
        {"at": "yesterday"},
        {"at": "2026-01-01T00:00:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"address": "nobody"},
        {"address": "a@b.c\r\nBcc: d@e.f"},
        {"address": "a\u0000@b.c"},
        {"reason": "\u0000"},
        {"extra": 1},
    ],
)
def test_report_out_of_form_is_refused_in_a_sentence(more, copy, relay):
    assert problem(relay.tell(bounce(copy, **more)))[0] == 422
    assert nothing_stored(copy)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"[" * 60_000, b'{"RecordType": "Bounce"}', b"null"]
)
def test_body_that_is_no_report_is_refused(body, copy, relay):
    assert problem(relay.tell(body))[0] == 422
    assert nothing_stored(copy)


def test_report_larger_than_is_read_is_refused(copy, relay):
    assert problem(relay.tell(bounce(copy, reason="x" * 70_000)))[0] == 413


@pytest.mark.parametrize(
    ("more", "noted"),
    [
        ({"message_id": "<none@example.org>", "address": "eve@example.net"}, "ignored"),
        ({"message_id": "", "address": "eve@example.net"}, "ignored"),
        ({"address": "eve@example.net"}, "ignored"),
        ({"message_id": "<none@example.org>"}, "addresses"),
    ],
)
def test_what_the_portal_does_not_know_is_said_to_be_ignored(more, noted, copy, relay):
    status, counts = told(relay.tell(bounce(copy, **more)))
    assert (status, counts[noted], sum(counts.values())) == (200, 1, 1)
    copy.refresh_from_db()
    assert copy.state == DeliveryState.SENT


def test_shape_of_postmark_leaves_the_address_alone(copy, relay):
    said = {**POSTMARK, "Email": "Security@example.org"}
    assert told(relay.tell(said)) == (200, {"copies": 0, "addresses": 1, "ignored": 0})
    assert BouncingAddress.objects.get().address == "security@example.org"


def test_shape_of_ses_through_sns_marks_the_copy(copy, relay):
    said = ses(bouncedRecipients=[{"emailAddress": copy.address}])
    said["mail"] = {"headers": [{"name": "Message-ID", "value": copy.mail_id}]}
    assert told(relay.tell(in_sns(said))) == (200, {"copies": 1, "addresses": 0, "ignored": 0})


def test_delivery_that_tells_of_no_bounce_is_taken_and_ignored(copy, relay):
    said = {**POSTMARK, "RecordType": "Open"}
    assert told(relay.tell(said)) == (200, {"copies": 0, "addresses": 0, "ignored": 0})


def test_subscription_of_sns_is_refused_and_nothing_is_asked(relay):
    said = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://example.org/confirm"}
    assert problem(relay.tell(said))[0] == 422


def test_both_kinds_of_webhooks_keep_to_their_address(team, copy, relay):
    other = Relay(*issue(team.service, title="Lab", actor=team.release_manager, proof=make_proof()))
    assert problem(other.tell(bounce(copy)))[0] == 404
    result = {"deployment": copy.message.deployment_id, "gate": "tests", "value": 1}
    assert problem(relay.deliver(result))[0] == 404
    assert nothing_stored(copy)


def test_revoked_webhook_is_gone_and_a_rotated_one_takes_both_secrets(copy, relay, administrator):
    _, new = rotate(relay.webhook, actor=administrator, proof=make_proof())
    assert relay.tell(bounce(copy), "msg_1").status_code == 200
    assert Relay(relay.webhook, new).tell(bounce(copy), "msg_2").status_code == 200
    revoke(relay.webhook, actor=administrator)
    assert problem(relay.tell(bounce(copy), "msg_3")) == (
        410, "This webhook is revoked; ask an administrator for a new one.",
    )  # fmt: skip


def test_administrator_issues_rotates_and_revokes_on_the_page(administrator):
    client = signed_in(administrator)
    page = client.post(PAGE, {"title": "Relay"}).content.decode()
    webhook, secret = Webhook.objects.get(), secret_in(page)
    assert (webhook.service, opened(webhook.secret)) == (None, secret)
    assert f"http://127.0.0.1:8000/api/v1/bounces/{webhook.pk}" in page
    assert "whsec_" not in client.get(PAGE).content.decode()
    rotated = client.post(f"{PAGE}{webhook.pk}/rotate/").content.decode()
    webhook.refresh_from_db()
    assert opened(webhook.secret) == secret_in(rotated) != secret
    assert client.post(f"{PAGE}{webhook.pk}/revoke/").status_code == 302
    webhook.refresh_from_db()
    assert webhook.revoked_at is not None
    verbs = Event.objects.filter(chain="portal", verb__startswith="webhook").order_by("sequence")
    assert [event.verb for event in verbs] == [
        "webhook issued", "webhook rotated", "webhook revoked",
    ]  # fmt: skip


def test_page_lists_the_addresses_and_clears_one(administrator, team):
    row = make_bouncing("security@example.org")
    client = signed_in(administrator)
    assert "security@example.org" in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}addresses/{row.pk}/works/", follow=True).content.decode()
    assert "Mail is sent to security@example.org again." in answer
    assert "Nothing has come back that would keep an address from getting mail." in answer
    assert client.post(f"{PAGE}addresses/{row.pk}/works/").status_code == 409


def test_webhook_of_a_service_is_not_reached_by_the_portals_page(team, administrator):
    hook, _ = issue(team.service, title="Lab", actor=team.release_manager, proof=make_proof())
    assert signed_in(administrator).post(f"{PAGE}{hook.pk}/revoke/").status_code == 404
