"""A connection that is not for this service is refused where a gate names it, and where it runs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from connections.exceptions import Blocked
from connections.models import Connection
from connections.services import connection_for
from deployments.exceptions import Invalid
from gates.circumstances import circumstances
from tests.builders import make_deployment, signed_in
from tests.gates.makers import make_gate

SENTENCE = "The connection “there” is not for this service; ask an administrator to open it."
SETTINGS = {"url": "/health", "connection": "there"}


def test_connection_of_another_service_is_refused(team):
    told = {"key": "there", "title": "There", "base_url": "http://10.1.0.5:9090"}
    Connection.objects.create(**told, every_service=False, service_keys=["search"])
    deployment = make_deployment(team)
    with pytest.raises(Invalid, match=SENTENCE):
        make_gate(deployment, kind="http", settings=SETTINGS)
    with pytest.raises(Blocked, match=SENTENCE):
        circumstances(SETTINGS, deployment.service, deployment)
    typed = {**SETTINGS, "kind_of_gate": "http", "status": "200", "requests": "1", "seconds": "5"}
    answer = signed_in(team.release_manager).post(
        reverse("gates:try_out", args=[deployment.pk]), typed
    )
    assert SENTENCE in answer.content.decode()
    assert connection_for("http://10.1.0.5:9090/x", "storage-layer") is None
    assert connection_for("http://10.1.0.5:9090/x", "search") is not None
