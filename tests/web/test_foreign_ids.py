"""X2: an id of another service is no id, also below something of one's own, and with a token."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from api.services import issue
from deployments import services
from deployments.enums import Grant
from deployments.models import Deployment
from tests.builders import ROLES, Team, make_deployment, make_role, make_team, signed_in
from tests.dashboard.access_table import BODIES, TABLE
from tests.dashboard.test_access import arguments, every_argument

NOBODYS = 999_999_999


@pytest.fixture
def own(scene: Deployment) -> Deployment:
    """Of a second service, whose release manager may do everything there that can be given."""
    team = make_team("billing", prefix="billing_")
    everything = team.release_manager
    for grant in (Grant.OPS_LEAD, Grant.MEMBER):
        services.grant(team.service, grant, everything, actor=None)
    for role in ROLES:
        services.grant_role(team.service, make_role(role), everything, actor=None)
    return make_deployment(team, submitted=True)


def children(names: tuple[str, ...]) -> set[str]:
    """What names something below a deployment or a service."""
    return {name for name in names if name.endswith("_pk")}


def crossed(own: Deployment, scene: Deployment) -> Iterator[tuple[str, str]]:
    """One's own deployment or service, and below it an id of the other one."""
    mine = {"pk": own.pk, "service_key": own.service.key}
    every = every_argument(scene)
    for name, row in TABLE.items():
        if mine.keys() & set(row.arguments) and children(row.arguments):
            known = arguments(name, every)
            kept = {key: mine[key] for key in mine.keys() & known.keys()}
            yield name, reverse(name, kwargs={**known, **kept})


@pytest.mark.django_db
def test_id_of_another_service_is_none_below_ones_own(own: Deployment, scene: Deployment) -> None:
    client = signed_in(own.requester)
    addresses = dict(crossed(own, scene))
    found: list[str] = []
    for name, address in addresses.items():
        body = {key: value(scene) for key, value in BODIES.get(name, {}).items()}
        statuses = set()
        with transaction.atomic():
            statuses.add(client.get(address).status_code)
            statuses.add(client.post(address, body).status_code)
            transaction.set_rollback(True)
        if not {404} <= statuses <= {404, 405}:
            found.append(f"{name}: {sorted(statuses)}")
    assert found == []
    assert len(addresses) > 40


@pytest.mark.django_db
def test_token_of_another_service_learns_nothing_of_an_id(
    own: Deployment, team: Team, scene: Deployment
) -> None:
    """What it gets is to the letter what it gets for an id that nobody has."""
    every = every_argument(scene)
    secret = issue(own.service, title="CI", actor=None)[1]
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    asked = [name for name, row in TABLE.items() if name[:4] == "api:" and "pk" in row.arguments]
    for name in asked:
        foreign, nobodys = (
            reverse(name, kwargs={**arguments(name, every), "pk": pk}) for pk in (scene.pk, NOBODYS)
        )
        for method in ("get", "post"):
            answer = getattr(client, method)(foreign, content_type="application/json")
            other = getattr(client, method)(nobodys, content_type="application/json")
            assert (answer.status_code, answer.content) == (other.status_code, other.content), name
            assert answer.status_code in {404, 405, 422}, name
    assert len(asked) > 6
