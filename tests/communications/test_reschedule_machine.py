"""R5: whatever people and workers do in whatever order, no old time leaves and nobody keeps one.

PORTAL_AUDIT=1 tries many more orders.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from approvals import services as approvals
from approvals.enums import Choice, Verdict
from approvals.shown import Shown
from audit.verification import verify
from communications import dispatch, handover, leaving, mails, pausing, sender
from communications import services as messages
from communications.definitions import PlanLine
from communications.enums import WAITING, DeliveryState, Kind, MessageState
from communications.handover import Result
from communications.leaving import Begun, Handed
from communications.ledgers import ledger_of
from communications.letters import is_zone
from communications.line import Line
from communications.models import Delivery, Stakeholder
from communications.parts import LINES
from deployments import clock, editing, outbox, provenance
from deployments import services as deployments
from deployments.enums import Anchor, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_proof, make_team
from tests.communications.conftest import move_clock
from tests.communications.plain import (
    COLLAPSED,
    DAY,
    HOUR,
    MINUTE,
    NEWS_FOR,
    SAYS_MOVED,
    Heard,
    Plain,
)
from tests.communications.smtp_witness import Witness

MANY = bool(os.environ.get("PORTAL_AUDIT"))
NOTICE = PlanLine(Kind.NOTICE, Anchor.T0, -DAY, "Notice")
ASKS = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")
TIMES = st.sampled_from([20 * HOUR, 30 * HOUR, 4 * DAY, 9 * DAY])
SPANS = st.sampled_from([MINUTE, 3 * MINUTE, 6 * MINUTE, 2 * HOUR, 8 * HOUR])
WORKERS = st.sampled_from(["one", "other"])
READERS = st.sampled_from(["ann@example.net", "bob@example.net", "ops_lead@example.org"])
ANSWERS = st.sampled_from(["", "", "", "451 later", "550 no such person", "drop", "swallow"])
NAMES_T0 = {Kind.NOTICE, Kind.GO_NO_GO, Kind.CORRECTION, Kind.HOLD, Kind.NO_GO, Kind.RECALL}
WITH_MAIL = ("release_manager", "ops_lead")


def prepare(team: Team) -> None:
    """Four readers are enough; in three zones, so that a letter of another one would be seen."""
    for name, person in team.people.items():
        person.email = person.email if name in WITH_MAIL else ""
        person.save()
    for name, zone in (("ann", "Asia/Kolkata"), ("bob", "America/Santiago")):
        Stakeholder.objects.create(
            service=team.service, name=name, address=f"{name}@example.net", zone=zone
        )


def stands_in(*states: State) -> Callable[[Any], Any]:
    return precondition(lambda self: self.plain.state in states)


class Worker:
    """What a worker process has in its hands; when it is killed, that is all that is lost."""

    def __init__(self) -> None:
        self.claimed: list[Delivery] = []
        self.begun = Begun([])
        self.handed: list[Handed] = []

    @property
    def is_idle(self) -> bool:
        return not self.claimed and not self.begun.copies

    @property
    def next(self) -> Delivery | None:
        left = self.begun.copies[len(self.handed) :]
        return left[0] if left else None


class Rescheduling(RuleBasedStateMachine):
    """One deployment and its mails through the real services, workers and a real mail server."""

    def __init__(self, team: Team, witness: Witness) -> None:
        super().__init__()
        self.team, self.witness, self.seen = team, witness, len(witness.taken)
        self.undo = transaction.atomic()
        self.undo.__enter__()

    @initialize(t0_in=TIMES, is_told=st.integers(0, 3).map(bool))
    def make(self, t0_in: timedelta, *, is_told: bool) -> None:
        self.base = clock.now()
        made = make_deployment(self.team, roles=("security",), items=(), t0_in=t0_in)
        self.pk = made.pk
        approvals.plan_poll(self.pk, is_on=False, roles=[], actor=self.team.release_manager)
        with transaction.atomic():
            messages.define_plan(Deployment.objects.lock(self.pk), [NOTICE, ASKS])
        assert made.t0 is not None
        self.plain = Plain(made.t0, revision=made.schedule_revision)
        self.workers = {"one": Worker(), "other": Worker()}
        self.line = Line()
        if is_told:
            self.submit_or_resume()
            self.work()

    @property
    def deployment(self) -> Deployment:
        return Deployment.objects.with_names().get(pk=self.pk)

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

    def act(self, service: Callable[..., Any], *given: Any, **named: Any) -> bool:
        """Whether it was let through; what refuses is proven elsewhere."""
        named.setdefault("actor", self.team.release_manager)
        try:
            with transaction.atomic():
                service(self.pk, *given, **named)
        except Refused:
            return False
        state, now = self.deployment.state, clock.now()
        if state != self.plain.state:
            self.plain.become(state, now)
        return True

    # People.

    @rule(t0_in=TIMES)
    def reschedule(self, t0_in: timedelta) -> None:
        t0 = self.base + t0_in
        if self.act(deployments.schedule, t0):
            self.plain.move(t0, clock.now())

    @rule(t0_in=st.none() | TIMES)
    @stands_in(State.IN_REVIEW, State.GO)
    def hold(self, t0_in: timedelta | None) -> None:
        t0 = self.base + t0_in if t0_in else None
        if self.decide(Verdict.HOLD, new_t0=t0) and t0:
            self.plain.move(t0, clock.now())

    @rule()
    @stands_in(State.IN_REVIEW, State.GO)
    def say_no(self) -> None:
        self.decide(Verdict.NO_GO)

    def decide(self, verdict: Verdict, **named: Any) -> bool:
        return self.act(
            approvals.decide, verdict, actor=self.team.ops_lead, proof=make_proof(), reason="so",
            shown=Shown.of(self.deployment), **named,
        )  # fmt: skip

    @rule()
    @stands_in(State.IN_REVIEW)
    def go(self) -> None:
        self.sign(Choice.APPROVE)
        self.decide(Verdict.GO)

    @rule()
    @stands_in(State.GO)
    def recall(self) -> None:
        self.sign(Choice.WITHDRAW)
        self.act(lambda pk, actor: approvals.recall_if_broken(pk))

    def sign(self, choice: Choice) -> None:
        self.act(
            approvals.sign, self.deployment.rules.get().pk, choice, actor=self.team.security,
            proof=make_proof(), shown=Shown.of(self.deployment), reason="so",
        )  # fmt: skip

    @rule()
    @stands_in(State.DRAFT, State.ON_HOLD, State.NO_GO)
    def submit_or_resume(self) -> None:
        service = approvals.submit if self.plain.state == State.DRAFT else approvals.resume
        self.act(service)

    @rule()
    @stands_in(State.IN_REVIEW, State.ON_HOLD, State.NO_GO)
    def reopen(self) -> None:
        self.act(approvals.reopen, reason="so")

    @rule(really=st.integers(0, 3))
    @precondition(lambda self: self.plain.heard)
    def cancel(self, really: int) -> None:
        if not really:
            self.act(deployments.cancel, reason="so")

    @rule()
    def hold_back_or_release(self) -> None:
        if self.plain.is_held:
            self.plain.is_held = not self.act(pausing.release_all)
        else:
            self.plain.is_held = self.act(pausing.hold_all, reason="so")

    @rule(earlier=st.integers(-1, 2), text=st.sampled_from(["", "Bring tea"]))
    def edit_the_plan(self, earlier: int, text: str) -> None:
        """Change the last line, or add one."""
        rows = list(self.deployment.message_plan.filter(removed_at=None).order_by("position"))
        by = {"actor": self.team.release_manager}
        with suppress(Refused), transaction.atomic():
            if earlier < 0 and len(rows) < 4:
                editing.add(LINES, self.pk, [ASKS], **by)
            else:
                now = messages.said_by(rows[-1])
                plan = replace(now, offset=ASKS.offset - earlier * HOUR, text=text)
                editing.change(LINES, self.pk, rows[-1].pk, plan, shown=now.fingerprint, **by)

    # Time, and what the mail server thinks of whom.

    @rule(span=SPANS)
    def wait(self, span: timedelta) -> None:
        move_clock(span)

    @rule(reader=READERS, answer=ANSWERS)
    def change_the_answer(self, reader: str, answer: str) -> None:
        self.witness.always[reader] = answer

    # Workers, step by step.

    @rule(step=st.sampled_from([outbox.deliver_due, dispatch.expand_due, dispatch.recover]))
    def look(self, step: Callable[[], object]) -> None:
        step()

    @rule(name=WORKERS, limit=st.sampled_from([2, 8]), most=st.sampled_from([0, 1, 3]))
    def take(self, name: str, limit: int, most: int) -> None:
        """Claim, or begin what was claimed before."""
        worker = self.workers[name]
        if worker.is_idle:
            dispatch.expand_due()
            worker.claimed = dispatch.settle(dispatch.claim(limit))
        if worker.claimed and most and not worker.begun.copies:
            self.begin(worker, most)

    def begin(self, worker: Worker, most: int) -> None:
        message = worker.claimed[0].message_id
        batch = [copy for copy in worker.claimed if copy.message_id == message][:most]
        worker.claimed = [copy for copy in worker.claimed if copy not in batch]
        worker.begun, worker.handed = leaving.begin(batch), []
        for copy in worker.begun.copies:
            if copy.message.t0:
                self.plain.doubt(self.mail_of(copy, None))

    @rule(name=WORKERS)
    @precondition(lambda self: any(one.begun.copies for one in self.workers.values()))
    def hand_over(self, name: str) -> None:
        worker = self.workers[name]
        copy = worker.next
        if copy is None:
            return
        content = mails.Texts().written(copy)
        outcome = handover.hand_over(
            self.line.smtp(), mails.envelope_sender(), copy.address, content,
            worker.begun.kept_back,
        )  # fmt: skip
        if not outcome.usable:
            self.line.close()
        if outcome.result == Result.WITHHELD:
            self.finish(name)
        else:
            worker.handed.append((copy, outcome))

    @rule(name=WORKERS)
    @precondition(lambda self: any(one.begun.copies for one in self.workers.values()))
    def finish(self, name: str) -> None:
        worker = self.workers[name]
        if not worker.begun.copies:
            return
        leaving.finish(worker.begun, worker.handed)
        may_have_left = {Result.ACCEPTED, Result.UNKNOWN}
        left = {copy.pk for copy, outcome in worker.handed if outcome.result in may_have_left}
        for copy in worker.begun.copies:
            if copy.pk not in left:
                self.plain.certainly_not(copy.pk)
        rest = worker.begun.copies[len(worker.handed) :]
        worker.claimed, worker.begun, worker.handed = rest + worker.claimed, Begun([]), []

    @rule(name=WORKERS)
    @precondition(lambda self: any(not one.is_idle for one in self.workers.values()))
    def kill(self, name: str) -> None:
        self.workers[name] = Worker()

    @rule()
    def work(self) -> None:
        """All that a healthy worker does when it looks."""
        outbox.deliver_due()
        with provenance.acting("worker"):
            sender.sweep()

    # What must hold after every step.

    def mail_of(self, copy: Delivery, at: datetime | None) -> Heard:
        message = copy.message
        assert message.t0 is not None
        assert message.schedule_revision is not None
        cause = message.plan_id or -(message.event_id or 0)
        return Heard(copy.pk, copy.address, message.kind, cause, message.schedule_revision,
                     message.t0, at)  # fmt: skip

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
