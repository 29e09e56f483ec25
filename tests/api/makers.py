"""Machines that call and deliver, and how a refusal reads to them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from api.models import Webhook
from api.signatures import sign
from deployments import clock
from gates.models import Gate


@dataclass
class Machine:
    """A caller with a secret and no session."""

    secret: str

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        return client.generic(
            method, f"/api/v1{path}", data, "application/json", headers=headers, **more
        )

    def get(self, path: str) -> Any:
        return self.call("GET", path, "")

    def report(self, gate: Gate, **result: Any) -> Any:
        return self.call(
            "POST", f"/deployments/{gate.deployment_id}/gates/{gate.key}/report", result
        )


def problem(response: HttpResponse) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert set(body) >= {"type", "title", "status", "detail"}
    assert body["status"] == response.status_code
    return body["status"], body["detail"]


@dataclass
class Sender:
    """Whoever holds the secret and no token."""

    webhook: Webhook
    secret: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def deliver(self, body: Any, delivery_id: str = "msg_1", **more: Any) -> Any:
        at = more.pop("at", None) or clock.now()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(at.timestamp()))
        headers = {
            "webhook-id": delivery_id,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(self.secret, delivery_id, stamp, data),
        } | more.pop("headers", {})
        where = more.pop("where", f"/api/v1/webhooks/{more.pop('to', self.webhook.pk)}")
        return self.client.generic("POST", where, data, "application/json", headers=headers)


def secret_in(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]{20,}", page)
    assert found
    return found[0]
