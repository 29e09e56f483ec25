"""What the tests of leaving and coming back have in common."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from communications.definitions import PlanLine
from communications.models import Message
from communications.whom import audience, readers
from deployments.models import Deployment, Service

NOW = PlanLine("go_no_go", "t0", timedelta(hours=-2), "Final go/no-go")
THREE_HOURS = timedelta(hours=3)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def told(service: Service) -> set[str]:
    return {one.address for one in audience.recipients(service)}


def page(name: str, link: str) -> str:
    return reverse(f"communications:{name}", args=[link])


def strict() -> Client:
    """As a browser meets the portal: with the check against forged requests."""
    return Client(enforce_csrf_checks=True)


def addresses(message: Message, deployment: Deployment) -> list[str]:
    return sorted(one.address for one in readers.readers_of(message, deployment))
