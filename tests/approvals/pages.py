"""How the pages of sign-off are asked and answered."""

from __future__ import annotations

from html import unescape

from django.http import HttpResponse

from accounts.models import User
from deployments.models import Deployment
from tests.builders import signed_in


def ask(deployment: Deployment, verb: str, person: User) -> str:
    answer = signed_in(person).get(f"/deployments/{deployment.pk}/{verb}/")
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def send(deployment: Deployment, verb: str, person: User, **body: str) -> HttpResponse:
    return signed_in(person).post(f"/deployments/{deployment.pk}/{verb}/", body)  # type: ignore[return-value]


def state(deployment: Deployment) -> str:
    return str(Deployment.objects.get(pk=deployment.pk).state)
