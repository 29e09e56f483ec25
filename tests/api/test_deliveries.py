"""Signed deliveries: counted once, answered the same again, and every refusal stores nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook as Witness

from api import deliveries
from api.models import Delivery, Webhook
from api.webhooks import issue, revoke, rotate
from deployments import clock
from deployments.models import Event
from gates.models import Gate, GateRun
from tests.api.makers import Sender, problem
from tests.builders import make_deployment, make_proof, make_team
from tests.gates.makers import make_gate
from tests.threads import at_once


@pytest.fixture
def sender(team) -> Sender:
    return Sender(*issue(team.service, title="CI", actor=team.release_manager, proof=make_proof()))


def result(gate: Gate, **more: Any) -> dict[str, Any]:
    return {"deployment": gate.deployment_id, "gate": gate.key, "value": 86.4, "unit": "%", **more}


def nothing_stored(gate: Gate) -> bool:
    gate.refresh_from_db()
    return (gate.state, GateRun.objects.count(), Delivery.objects.count()) == ("pending", 0, 0)


def test_delivery_answers_the_gate_as_its_machine(gate, sender):
    response = sender.deliver(result(gate))
    gate.refresh_from_db()
    event = gate.deployment.events.order_by("-sequence").first()
    assert response.status_code == 201
    assert response.json()["reason"] == "86.4 % is more than 85 %"
    assert (gate.state, gate.last_sample.reporter) == ("passed", sender.webhook.machine)
    assert (event.verb, event.means, event.actor_name) == ("gate passed", "api", "CI")
    sender.webhook.refresh_from_db()
    assert sender.webhook.last_used_at is not None


def test_delivery_signed_by_the_library_of_the_scheme_is_taken(gate, sender):
    at, body = clock.now(), json.dumps(result(gate))
    signed = {"webhook-signature": Witness(sender.secret).sign("msg_1", at, body)}
    assert sender.deliver(body.encode(), at=at, headers=signed).status_code == 201


def test_same_delivery_counts_once_and_gets_the_same_answer(gate, sender):
    first = sender.deliver(result(gate))
    again = sender.deliver(result(gate), at=clock.now() + timedelta(seconds=60))
    assert (again.status_code, again.json()) == (201, first.json())
    assert (GateRun.objects.count(), Delivery.objects.count()) == (1, 1)


def test_another_delivery_of_the_same_result_counts_anew(gate, sender):
    sender.deliver(result(gate), "msg_1")
    sender.deliver(result(gate), "msg_2")
    assert (GateRun.objects.count(), Delivery.objects.count()) == (2, 2)


def test_same_id_at_another_webhook_is_another_delivery(team, gate, sender):
    other = Sender(
        *issue(team.service, title="Lab", actor=team.release_manager, proof=make_proof())
    )
    sender.deliver(result(gate))
    other.deliver(result(gate))
    assert GateRun.objects.count() == 2


def test_same_id_with_another_body_is_refused(gate, sender):
    sender.deliver(result(gate))
    assert problem(sender.deliver(result(gate, value=90))) == (409, deliveries.CHANGED)
    assert GateRun.objects.count() == 1


def test_refused_delivery_may_be_tried_again(gate, sender):
    refused = sender.deliver(result(gate, value="many"))
    assert problem(refused)[0] == 422
    assert nothing_stored(gate)
    assert sender.deliver(result(gate)).status_code == 201


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"headers": {"webhook-signature": "v1,AAAA"}}, 401),
        ({"headers": {"webhook-signature": ""}}, 400),
        ({"headers": {"webhook-id": ""}}, 400),
        ({"headers": {"webhook-id": "msg_2"}}, 401),
        ({"headers": {"webhook-timestamp": "1"}}, 401),
        ({"headers": {"webhook-timestamp": "soon"}}, 400),
        ({"to": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"to": "1"}, 404),
    ],
)
def test_delivery_that_is_not_signed_rightly_stores_nothing(gate, sender, more, status):
    response = sender.deliver(result(gate), **more)
    assert problem(response)[0] == status
    assert response.has_header("WWW-Authenticate") == (status == 401)
    assert nothing_stored(gate)
    sender.webhook.refresh_from_db()
    assert sender.webhook.last_used_at is None


@pytest.mark.parametrize("seconds", [-302, 302])
def test_old_and_future_deliveries_store_nothing(gate, sender, seconds):
    at = clock.now() + timedelta(seconds=seconds)
    status, sentence = problem(sender.deliver(result(gate), at=at))
    assert (status, "more than 5 minutes" in sentence) == (401, True)
    assert nothing_stored(gate)


def test_large_delivery_is_refused_before_it_is_read(gate, sender):
    body = json.dumps(result(gate, details="x" * 70_000)).encode()
    assert problem(sender.deliver(body)) == (413, "A delivery has at most 64 KiB.")
    assert problem(sender.deliver(b"x" * 7_000_000))[0] == 413
    assert nothing_stored(gate)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"deployment": 1}', b'{"deployment": "1", "gate": "a"}', b"\xff"],
)
def test_signed_nonsense_is_refused_in_a_sentence(gate, sender, body):
    assert problem(sender.deliver(body))[0] == 422
    assert nothing_stored(gate)


def test_unknown_part_of_a_delivery_is_refused(gate, sender):
    assert problem(sender.deliver(result(gate, vote="approve"))) == (
        422, "vote: Extra inputs are not permitted.",
    )  # fmt: skip


def test_gate_of_another_service_is_not_there(gate):
    other = make_team("other-service", prefix="other_")
    foreign = Sender(
        *issue(other.service, title="CI", actor=other.release_manager, proof=make_proof())
    )
    unknown = f"This service has no deployment {gate.deployment_id} with that gate."
    assert problem(foreign.deliver(result(gate))) == (404, unknown)
    assert problem(foreign.deliver({**result(gate), "gate": "nothing"})) == (404, unknown)
    assert problem(foreign.deliver({**result(gate), "deployment": 2**63 - 1}))[0] == 404
    assert problem(foreign.deliver({**result(gate), "deployment": 2**63}))[0] == 422
    assert nothing_stored(gate)


def test_gate_that_reads_files_takes_no_delivery(deployment, sender):
    gate = make_gate(deployment, kind="junit", title="Unit tests")
    body = {"deployment": deployment.pk, "gate": gate.key, "outcome": "good"}
    assert problem(sender.deliver(body))[0] == 409
    assert nothing_stored(gate)


def test_revoked_webhook_is_gone_at_once(team, gate, sender):
    revoke(sender.webhook, actor=team.release_manager)
    assert problem(sender.deliver(result(gate))) == (
        410, "This webhook is revoked; ask the service's release manager for a new one.",
    )  # fmt: skip
    assert nothing_stored(gate)


def test_old_secret_holds_for_a_day_beside_the_new_one(team, gate, sender):
    _, secret = rotate(sender.webhook, actor=team.release_manager, proof=make_proof())
    renewed = Sender(sender.webhook, secret)
    assert sender.deliver(result(gate), "msg_1").status_code == 201
    assert renewed.deliver(result(gate), "msg_2").status_code == 201
    Webhook.objects.update(old_until=clock.now())
    assert problem(sender.deliver(result(gate), "msg_3"))[0] == 401
    assert renewed.deliver(result(gate), "msg_4").status_code == 201


def test_secret_before_the_last_two_holds_no_longer(team, gate, sender):
    for _ in range(2):
        rotate(sender.webhook, actor=team.release_manager, proof=make_proof())
    assert problem(sender.deliver(result(gate)))[0] == 401


def test_sweep_forgets_what_nobody_repeats_and_old_secrets(team, gate, sender):
    sender.deliver(result(gate), "msg_1")
    sender.deliver(result(gate), "msg_2")
    rotate(sender.webhook, actor=team.release_manager, proof=make_proof())
    deliveries.sweep()
    sender.webhook.refresh_from_db()
    assert (Delivery.objects.count(), bool(sender.webhook.old_secret)) == (2, True)
    past = clock.now() - deliveries.KEPT - timedelta(seconds=1)
    Delivery.objects.filter(delivery_id="msg_1").update(received_at=past)
    Webhook.objects.update(old_until=clock.now())
    deliveries.sweep()
    sender.webhook.refresh_from_db()
    assert [one.delivery_id for one in Delivery.objects.all()] == ["msg_2"]
    assert (sender.webhook.old_secret, sender.webhook.old_until) == ("", None)
    assert sender.webhook.secret


def test_deliveries_are_kept_for_longer_than_one_could_be_replayed(gate, sender):
    """Signed five minutes ahead, one is accepted until five minutes behind."""
    assert 2 * timedelta(minutes=5) < deliveries.KEPT


def test_secret_sealed_under_a_lost_key_is_a_sentence(gate, sender, settings):
    settings.SECRET_KEY = "another one of the portal's keys"
    status, sentence = problem(sender.deliver(result(gate)))
    assert (status, sentence.endswith("have the secret rotated.")) == (409, True)
    assert nothing_stored(gate)


def test_token_opens_no_webhook_and_a_webhook_nothing_else(gate, sender):
    client = Client(headers={"Authorization": f"Bearer {sender.secret}"})
    assert client.get(f"/api/v1/deployments/{gate.deployment_id}").status_code == 401


def test_same_delivery_at_the_same_time_counts_once(committed):
    team = make_team()
    gate = make_gate(make_deployment(team))
    hook = issue(team.service, title="CI", actor=team.release_manager, proof=make_proof())
    body = {"deployment": gate.deployment_id, "gate": gate.key, "outcome": "good"}
    answers = at_once(*[lambda: Sender(*hook).deliver(body)] * 8)
    assert [one.status_code for one in answers] == [201] * 8
    assert len({one.content for one in answers}) == 1
    assert (GateRun.objects.count(), Delivery.objects.count()) == (1, 1)
    assert Event.objects.filter(verb="gate passed").count() == 1
