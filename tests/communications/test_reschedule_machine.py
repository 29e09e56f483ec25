"""R5: whatever people and workers do in whatever order, no old time leaves and nobody keeps one.

PORTAL_AUDIT=1 tries many more orders.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from audit.verification import verify
from communications.enums import WAITING, DeliveryState, Kind, MessageState
from communications.models import Delivery
from communications.whom.ledgers import ledger_of
from communications.writing.dates import is_zone
from deployments import clock
from deployments.enums import State
from tests.builders import make_team
from tests.communications.conftest import move_clock
from tests.communications.plain import COLLAPSED, DAY, NEWS_FOR, SAYS_MOVED
from tests.communications.rescheduling_people import People, prepare
from tests.communications.rescheduling_workers import Worker
from tests.communications.smtp_witness import Witness

MANY = bool(os.environ.get("PORTAL_AUDIT"))
NAMES_T0 = {Kind.NOTICE, Kind.GO_NO_GO, Kind.CORRECTION, Kind.HOLD, Kind.NO_GO, Kind.RECALL}

STOPS: dict[str, Kind] = {State.ON_HOLD: Kind.HOLD, State.NO_GO: Kind.NO_GO}


class Rescheduling(People):
    """What must be so of one deployment and its mails, after every step and in the end."""

    def teardown(self) -> None:
        try:
            if hasattr(self, "pk"):
                self.come_to_rest()
                assert verify(f"deployment:{self.pk}").faults == []
                connection.check_constraints()
        finally:
            if hasattr(self, "line"):
                self.line.close()
            self.witness.always.clear()
            self.witness.answers.clear()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            with connections["owner"].cursor() as cursor:
                cursor.execute("UPDATE deployments_clock SET \"offset\" = interval '0'")

    # What must hold after every step.

    @invariant()
    def every_mail_that_left_was_true(self) -> None:
        fresh, self.seen = self.witness.taken[self.seen :], len(self.witness.taken)
        for taken in fresh:
            copy = Delivery.objects.with_message().get(mail_id=taken.mail_id)
            assert copy.address == taken.recipient
            if copy.message.t0 is None:
                continue  # to whoever signs, whatever becomes of the time
            self.plain.hear(self.mail_of(copy, copy.sent_at), clock.now())
            self.names_the_present_time(copy, taken.mail.get_body(("plain",)).get_content())
        assert self.witness.doubled() == {}

    def names_the_present_time(self, copy: Delivery, text: str) -> None:
        if copy.message.kind in NAMES_T0:
            assert is_zone(copy.zone)
            there = self.plain.t0.astimezone(ZoneInfo(copy.zone))
            assert f"{there:%A %-d %B %Y, %H:%M}" in text

    @invariant()
    def ledger_says_what_each_heard_last(self) -> None:
        if not hasattr(self, "pk"):
            return
        sent = Delivery.objects.filter(message__deployment=self.pk).values_list("pk", "sent_at")
        known = dict(sent)
        self.plain.heard = [replace(one, at=known[one.copy]) for one in self.plain.heard]
        said = {
            one.address: (one.last.revision, one.last.t0) if one.last else None
            for one in ledger_of(self.deployment).promises
        }
        for reader, last in said.items():
            heard = self.plain.of(reader)
            assert last == ((heard[-1].revision, heard[-1].t0) if heard else None), reader
        assert self.plain.readers() <= set(said)

    # In the end.

    def come_to_rest(self) -> None:
        """Workers and mail server are well again, people let go what they held back."""
        self.workers = {name: Worker() for name in self.workers}
        self.witness.always.clear()
        if self.plain.is_held:
            self.hold_back_or_release()
        if self.plain.state == State.DRAFT:
            self.submit_or_resume()
        rested_at = clock.now()
        for _ in range(4):
            self.work()
            self.every_mail_that_left_was_true()
            move_clock(COLLAPSED)
        self.ledger_says_what_each_heard_last()
        self.nothing_is_lost()
        self.everybody_knows_the_present_time(rested_at)

    def nothing_is_lost(self) -> None:
        copies = Delivery.objects.filter(message__deployment=self.pk).select_related("message")
        ended = {
            DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.MISSED
        }  # fmt: skip
        for copy in copies:
            message = copy.message
            is_current = message.schedule_revision == self.plain.revision
            if self.plain.state in {State.IN_REVIEW, State.GO} and is_current and message.plan_id:
                assert copy.state in ended, f"{copy} is {copy.state}"
            elif copy.state in WAITING:
                assert self.plain.state in {State.ON_HOLD, State.NO_GO, State.DRAFT}
            else:
                assert copy.state not in {DeliveryState.CLAIMED, DeliveryState.DISPATCHING}
            if copy.state == DeliveryState.MISSED:
                assert message.useful_until is not None
                assert message.useful_until <= clock.now()
        overdue = self.deployment.messages.filter(
            state=MessageState.PLANNED, due_at__lte=clock.now() - COLLAPSED
        )
        if self.plain.state in {State.IN_REVIEW, State.GO}:
            assert list(overdue) == []

    def everybody_knows_the_present_time(self, rested_at: datetime) -> None:
        plain = self.plain
        failed = Delivery.objects.filter(
            message__deployment=self.pk, state=DeliveryState.FAILED,
            message__schedule_revision=plain.revision,
        )  # fmt: skip
        bounced = set(failed.values_list("address", flat=True))
        for reader in plain.readers() - bounced:
            if plain.state == State.CANCELLED:
                assert plain.stopped_at is not None
                told = [one for one in plain.of(reader) if one.kind == Kind.CANCELLATION]
                assert len(told) == 1 or rested_at > plain.stopped_at + 3 * DAY
            elif plain.knows_otherwise(reader) and plain.state != State.DRAFT:
                assert plain.moved_at is not None
                is_late = rested_at >= plain.moved_at + COLLAPSED + NEWS_FOR
                said = [one for one in plain.of(reader) if one.revision == plain.revision]
                moved = [one for one in said if one.kind in SAYS_MOVED]
                assert moved or is_late, f"{reader} still knows the old time"
                assert [one.kind for one in moved].count(Kind.CORRECTION) <= 1
        if plain.state in STOPS and rested_at < plain.stopped_at + NEWS_FOR:
            for reader in plain.readers() - bounced:
                kinds = [one.kind for one in plain.of(reader)]
                assert STOPS[plain.state] in kinds, f"{reader} does not know that it is stopped"


@pytest.mark.timeout(3600 if MANY else 120)
def test_no_old_time_leaves_and_nobody_keeps_one_in_whatever_order_all_act(
    committed: dict[str, str], witness: Witness
) -> None:
    team = make_team()
    prepare(team)
    machine: Any = partial(Rescheduling, team, witness)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=300 if MANY else 8,
            stateful_step_count=50 if MANY else 25,
            deadline=None,
            phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if MANY else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
