from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections, transaction
from pytest_django import Settings

from communications import services
from communications.definitions import PlanLine
from communications.enums import BounceKind, DeliveryState, Kind
from communications.models import BouncingAddress, Delivery, Message, Stakeholder
from communications.sending import dispatch
from communications.subscriptions import listing
from communications.subscriptions.listing import Entry
from deployments import clock
from deployments.models import Deployment
from tests.builders import Team, make_deployment
from tests.communications.smtp_witness import Witness, witnessing


@pytest.fixture
def witness(settings: Settings) -> Iterator[Witness]:
    """A mail server that the portal's settings name."""
    with witnessing() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        yield server


@pytest.fixture
def ann(team: Team) -> Stakeholder:
    """On the stakeholder list, without an account."""
    return make_ann(team)


def make_ann(team: Team) -> Stakeholder:
    entry = Entry("Ann Smith", "ann@example.net", "de", "Asia/Tokyo")
    [row] = listing.add(team.service, [entry], actor=team.release_manager)
    return row


def make_planned(
    team: Team, *lines: PlanLine, t0_in: timedelta = timedelta(hours=1), submitted: bool = True
) -> Deployment:
    """A deployment in review whose plan has its message rows."""
    deployment = make_deployment(team, t0_in=t0_in, submitted=submitted)
    with transaction.atomic():
        services.define_plan(Deployment.objects.lock(deployment.pk), lines)
    return deployment


def move_clock(by: timedelta) -> None:
    """Have the portal believe that it is later, as only the database's owner can."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            'UPDATE deployments_clock SET "offset" = "offset" + %s * interval \'1 s\'',
            [by.total_seconds()],
        )


def leave(message: Message) -> list[Delivery]:
    """Let a message leave now, to everybody who is to get it; without a mail server."""
    now = clock.now()
    Message.objects.filter(pk=message.pk).update(due_at=now)
    dispatch.expand(message.pk, message.deployment_id)
    message.deliveries.update(state=DeliveryState.SENT, sent_at=now)
    return list(message.deliveries.order_by("address"))


def make_copy(
    message: Message, state: str = DeliveryState.UNKNOWN, address: str = "lost@example.net"
) -> Delivery:
    """One recipient's copy of a message, as far as it has come."""
    is_sent = state == DeliveryState.SENT
    is_back = state == DeliveryState.BOUNCED
    return Delivery.objects.create(
        message=message, name="Lost", address=address, state=state, due_at=clock.now(),
        mail_id=f"<{message.pk}-{address}>", sent_at=clock.now() if is_sent or is_back else None,
        bounce=BounceKind.HARD if is_back else "", bounced_at=clock.now() if is_back else None,
        last_error="" if is_sent else "The connection broke",
    )  # fmt: skip


def make_bouncing(address: str, kind: str = BounceKind.HARD, reason: str = "") -> BouncingAddress:
    """An address that takes no mail, since an hour ago."""
    since = clock.now() - timedelta(hours=1)
    return BouncingAddress.objects.create(
        address=address, kind=kind, reason=reason or "550 no such user", since=since
    )


def tell_notice(deployment: Deployment) -> list[str]:
    """Everybody is told the present time by the notice; the addresses."""
    notice = deployment.messages.get(
        kind=Kind.NOTICE, schedule_revision=deployment.schedule_revision
    )
    return [copy.address for copy in leave(notice)]
