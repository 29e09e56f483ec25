"""A connection as an administrator types it, and what history was told."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.test import Client

from connections.models import Connection
from deployments.models import Event

TOKEN = "tok-3nvoy-never-shown"
DECLARED = {
    "title": "Metrics",
    "key": "metrics",
    "base_url": "http://10.1.0.5:9090/api",
    "permitted_ranges": "10.1.0.0/16",
    "every_service": "on",
    "credential_kind": "bearer",
    "secret": TOKEN,
}


UNCHANGED = {**DECLARED, "secret": ""}


def declare(client: Client, **more: Any) -> Connection:
    response = client.post("/connections/new/", {**DECLARED, **more})
    assert response.status_code == 302, unescape(response.content.decode())
    return Connection.objects.get(key=more.get("key", "metrics"))


def edit(client: Client, status: int = 302, **more: Any) -> str:
    response = client.post("/connections/metrics/edit/", {**UNCHANGED, **more})
    assert response.status_code == status
    return unescape(response.content.decode())


def told() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    events = Event.objects.filter(chain="portal").order_by("sequence")
    return list(events.values_list("verb", "before", "after"))
