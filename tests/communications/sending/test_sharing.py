"""Several workers share what is due: nobody takes more than is gone in a moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections
from pytest_django import DjangoCaptureOnCommitCallbacks

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Stakeholder
from communications.sending import dispatch
from communications.sending.line import BATCH_SECONDS, BATCHES_CLAIMED
from deployments import clock, hints
from deployments.enums import Anchor
from deployments.models.deployment import LOCKED
from tests.builders import Team
from tests.communications.conftest import make_planned
from tests.communications.smtp_witness import Witness
from tests.threads import at_once
from tests.waiting import until

DUE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Final go/no-go")
READERS = 3 * BATCHES_CLAIMED


def test_slow_mail_server_gets_the_mail_by_all_who_can_send(
    real_team: Team, witness: Witness
) -> None:
    for person in real_team.people.values():
        person.email = ""
        person.save()
    Stakeholder.objects.bulk_create(
        Stakeholder(service=real_team.service, name=f"P{n}", address=f"p{n}@example.net")
        for n in range(READERS)
    )
    make_planned(real_team, DUE)
    witness.pause = BATCH_SECONDS * 1.2
    dispatch.expand_due()
    at_once(sender.sweep, sender.sweep)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    shares = sorted(witness.by_connection.values())
    assert (len(shares), sum(shares)) == (2, READERS)
    assert shares[0] >= BATCHES_CLAIMED
    assert witness.doubled() == {}


def test_copies_leave_while_another_sender_of_the_process_writes_more(
    real_team: Team, witness: Witness
) -> None:
    written, due = (make_planned(real_team, DUE).messages.get() for _ in range(2))
    dispatch.expand(written.pk, written.deployment_id)
    with sender._writing:
        sender.sweep()
    assert set(written.deliveries.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert not due.deliveries.exists()
    sender.sweep()
    assert set(due.deliveries.values_list("state", flat=True)) == {DeliveryState.SENT}


def test_what_somebody_is_at_is_left_to_the_end_and_not_left_out(
    real_team: Team, committed: dict[str, str]
) -> None:
    first, second = (make_planned(real_team, DUE).messages.get() for _ in range(2))
    with psycopg.connect(committed["DATABASE_URL"]) as other:
        other.execute(LOCKED, [first.deployment_id])
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(written)
            until(second.deliveries.exists, "the second is written meanwhile")
            assert not first.deliveries.exists()
            assert not writing.done()
            other.commit()
            assert writing.result() == {first.deployment_id, second.deployment_id}
    assert first.deliveries.count() == second.deliveries.count() > 0


def written() -> set[int]:
    try:
        return dispatch.expand_due()
    finally:
        connections.close_all()


@pytest.mark.parametrize(("messages", "hints_given"), [(1, 0), (3, 1)])
def test_whoever_has_nothing_to_do_hears_once_that_the_first_is_written(
    messages: int,
    hints_given: int,
    team: Team,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for _ in range(messages):
        make_planned(team, DUE)
    with django_capture_on_commit_callbacks() as given:
        dispatch.expand_due()
    assert len(given) == hints_given


def test_who_claims_as_many_as_it_may_asks_for_help_once(real_team: Team, witness: Witness) -> None:
    Stakeholder.objects.bulk_create(
        Stakeholder(service=real_team.service, name=f"P{n}", address=f"p{n}@example.net")
        for n in range(READERS)
    )
    make_planned(real_team, DUE)
    dispatch.expand_due()
    hints._redis().flushdb()
    sender._send_all()
    assert len(witness.taken) > READERS
    assert hints._redis().llen("messages") == 1


def test_claims_go_by_the_index_in_their_order(team: Team) -> None:
    """Each claim looks at what it takes and not at all that is due.

    With every other way made dear, since what is cheapest for a few rows goes by chance.
    """
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    due = Delivery.objects.due(clock.now()).filter(channel__isnull=True)
    found = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:9]
    plan = found.explain()
    assert "delivery_due" in plan
    assert "Sort" not in plan
