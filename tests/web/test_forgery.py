"""X9: no act is done for another site, asked for by a form or by a fragment."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deployments.models import Deployment, Event
from tests.builders import Team, make_administrator, signed_in
from tests.dashboard.access_table import BODIES, TABLE
from tests.dashboard.test_access import arguments, every_argument

# Machines show a token, and mail programs the secret of the link; no cookie lets anybody in there.
WITHOUT_COOKIES = {name for name in TABLE if name.startswith("api:")} | {"communications:leave"}
ASKED_BY: dict[str, dict[str, str]] = {
    "form": {},
    "htmx": {"HX-Request": "true", "HX-Current-URL": "http://testserver/"},
}
# Without a token, and with what another site could send at best.
FORGED: tuple[dict[str, str], ...] = (
    {},
    {"X-CSRFToken": "a" * 64, "Origin": "https://elsewhere.example"},
)
REFUSED = "403_csrf.html"


def checked(person_of: Client) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.cookies = person_of.cookies
    return client


def names(answer: Any) -> set[str]:
    return {template.name for template in answer.templates}


@pytest.mark.django_db
@pytest.mark.parametrize("asked_by", ASKED_BY)
def test_no_act_is_done_without_the_token_of_the_page(
    asked_by: str, team: Team, scene: Deployment
) -> None:
    client = checked(signed_in(team.release_manager))
    every, events = every_argument(scene), Event.objects.count()
    passed: list[str] = []
    for name in TABLE.keys() - WITHOUT_COOKIES:
        url = reverse(name, kwargs=arguments(name, every))
        body = {key: value(scene) for key, value in BODIES.get(name, {}).items()}
        for forged in FORGED:
            answer = client.post(url, body, headers={**ASKED_BY[asked_by], **forged})
            if (answer.status_code, REFUSED in names(answer)) != (403, True):
                passed.append(f"{name} {forged}: {answer.status_code}")
    assert passed == []
    assert Event.objects.count() == events


@pytest.mark.django_db
@pytest.mark.parametrize("asked_by", ASKED_BY)
def test_the_token_of_the_page_lets_the_same_act_through(
    asked_by: str, team: Team, scene: Deployment
) -> None:
    client = checked(signed_in(team.release_manager))
    client.get(scene.get_absolute_url())
    token = client.cookies["csrftoken"].value
    url = reverse("dashboard:comments", args=[scene.pk])
    headers = {**ASKED_BY[asked_by], "X-CSRFToken": token}
    answer = client.post(url, {"text": "It may go."}, headers=headers)
    assert answer.status_code == {"form": 302, "htmx": 204}[asked_by]
    assert scene.comments.get().text == "It may go."


@pytest.mark.django_db
def test_where_no_token_is_asked_for_no_cookie_counts(team: Team, scene: Deployment) -> None:
    """The administrator's own session gets no more there than nobody does."""
    every, owner = every_argument(scene), signed_in(make_administrator())
    for name in WITHOUT_COOKIES:
        url = reverse(name, kwargs=arguments(name, every))
        statuses = {client.post(url, {}).status_code for client in (owner, Client())}
        assert len(statuses) == 1, name
        assert statuses <= {400, 401, 404, 405} | ({200} if name == "api:openapi-json" else set())
