"""The same 48 hours with a real worker, who asks, judges, hears and mails: who is told what, when.

A mail server is the witness of what left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import transaction

from communications import services as messages
from communications.definitions import STANDARD_PLAN
from communications.enums import UNDER_WAY, WAITING, DeliveryState, Kind, MessageState
from communications.models import Delivery, Message
from deployments import clock, hints
from deployments.models import Deployment, Outbox, Tick
from gates.enums import Source
from gates.models import Metric
from monitoring.models import Series, Watch
from tests.builders import Team
from tests.communications.conftest import move_clock
from tests.communications.smtp_witness import Witness, witnessing
from tests.gates.makers import make_connection
from tests.gates.workers import COMMAND, working
from tests.monitoring.makers import MINUTE
from tests.monitoring.test_two_days import (
    END,
    HAPPENED,
    UNTIL_THE_SWEEP,
    assert_alerts,
    assert_judged,
    batches,
    make_two_days,
    minutes_of,
    send,
    told,
)
from tests.servers import answering, serving
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WORKER = ["messages,celery,gates" if word == "gates" else word for word in COMMAND]
SWEEPS = ("monitoring.sweep", "deployments.sweep", "messages.sweep")
# What is asked would be silent if it were asked less often than the schedule says.
MOST_AT_ONCE = 2
LEAD, OPS = "release_manager", "ops_lead"
EVERYBODY = sorted(
    (
        "product_owner", "technical_lead", "security", "operations", "business", LEAD, OPS,
        "member", "stakeholder", "auditor",
    )
)  # fmt: skip
MAILED = [
    (0, Kind.COMPLETE, EVERYBODY),
    (12, Kind.ALERT, [LEAD]),
    (310, Kind.ALERT, [OPS, LEAD]),
    (310, Kind.ROLLBACK_ASKED, [OPS, LEAD]),
    (325, Kind.ROLLBACK_ASKED, [OPS, LEAD]),
    (1245, Kind.ALERT, [LEAD]),
    (24 * 60, Kind.SUMMARY, EVERYBODY),
    (1830, Kind.ALERT, [LEAD]),
    (END, Kind.SUMMARY, EVERYBODY),
]


@pytest.fixture
def witness() -> Iterator[Witness]:
    with witnessing() as server:
        yield server


def work() -> None:
    """The worker does everything that is due now."""
    at = clock.now()
    for name in SWEEPS:
        hints.hint(name)
        seen = Tick.objects.filter(name=name, at__gte=at)
        until(seen.all().exists, pause=0.01)
    until(is_at_rest, pause=0.01)


def is_at_rest() -> bool:
    now = clock.now()
    return not (
        Outbox.objects.exists()
        or Series.objects.filter(next_at__lte=now).exists()
        or Message.objects.due(now).exists()
        or Delivery.objects.filter(state__in=WAITING | UNDER_WAY).exists()
    )


def mailed(watch: Watch) -> list[tuple[int, str, list[str]]]:
    """In which minute of the watch, what, and to whom; of one minute by kind."""
    assert watch.opened_at is not None
    left = Message.objects.filter(state=MessageState.LEAVING, first_sent_at__isnull=False)
    found = [
        (
            (one.first_sent_at - watch.opened_at) // MINUTE,
            one.kind,
            sorted(copy.user.username for copy in one.deliveries.all()),
        )
        for one in left.prefetch_related("deliveries__user")
    ]
    return sorted(found)


def test_two_days_mail_whom_they_concern_once_and_when_it_happened(
    committed: dict[str, str], real_team: Team, witness: Witness
) -> None:
    environment = committed | {"EMAIL_URL": f"smtp://127.0.0.1:{witness.port}"}
    with ExitStack() as stack:
        server = stack.enter_context(serving(answering(200, b'{"load": 5}')))
        connection = make_connection(server, "load")
        Metric.objects.create(
            service=real_team.service, key="load", title="Load", source=Source.JSON,
            settings={"url": "/", "connection": connection.key, "path": "load", "seconds": 5},
        )  # fmt: skip
        stack.enter_context(working(environment, WORKER))
        watch = make_two_days(real_team)
        with transaction.atomic():
            locked = Deployment.objects.lock(watch.deployment_id)
            messages.define_plan(locked, STANDARD_PLAN[2:])
        work()
        sends = list(batches(minutes_of(watch), MOST_AT_ONCE))
        for minutes in sends:
            send(watch, minutes)
            move_clock(UNTIL_THE_SWEEP)
            work()
        move_clock(timedelta(hours=2))
        work()
    happened = [one for one in told(watch) if not one[1].startswith("message ")]
    assert happened == HAPPENED
    assert_alerts()
    assert_judged()
    assert mailed(watch) == MAILED
    copies = dict(Delivery.objects.values_list("mail_id", "state"))
    assert set(copies.values()) == {DeliveryState.SENT}
    assert sorted(one.mail_id for one in witness.taken) == sorted(copies)
    asked = Series.objects.get(key="load").readings
    assert asked.filter(means="asked", outcome="good").count() in {
        len(sends),
        len(sends) + 1,
    }
