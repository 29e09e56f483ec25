"""Several workers share what is due: nobody takes more than is gone in a moment."""

from __future__ import annotations

from datetime import timedelta

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Stakeholder
from communications.sending import dispatch
from communications.sending.line import BATCH_SECONDS, BATCHES_CLAIMED
from deployments.enums import Anchor
from tests.builders import Team
from tests.communications.conftest import make_planned
from tests.communications.smtp_witness import Witness
from tests.threads import at_once

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
