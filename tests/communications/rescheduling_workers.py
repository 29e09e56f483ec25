"""The workers of the rescheduling machine, step by step; a killed one loses what it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from communications import sender
from communications.models import Delivery
from communications.sending import dispatch, handover, leaving
from communications.sending.handover import Result
from communications.sending.leaving import Begun, Handed
from communications.sending.line import Line
from communications.writing import mails
from deployments import clock, outbox, provenance
from deployments.models import Deployment
from tests.builders import Team
from tests.communications.plain import Heard, Plain
from tests.communications.smtp_witness import Witness

WORKERS = st.sampled_from(["one", "other"])


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


class Workers(RuleBasedStateMachine):
    """Two workers and a real mail server; `make` of the people's part gives them a deployment."""

    pk: int
    plain: Plain
    line: Line

    def __init__(self, team: Team, witness: Witness) -> None:
        super().__init__()
        self.team, self.witness, self.seen = team, witness, len(witness.taken)
        self.workers = {"one": Worker(), "other": Worker()}
        self.undo = transaction.atomic()
        self.undo.__enter__()

    @property
    def deployment(self) -> Deployment:
        return Deployment.objects.with_names().get(pk=self.pk)

    @rule(step=st.sampled_from([outbox.deliver_due, dispatch.expand_due, dispatch.recover]))
    def look(self, step: Callable[[], object]) -> None:
        step()
        self.follow()

    def follow(self) -> None:
        """People move the deployment, and so do workers who hear of an event that breaks a GO."""
        state = self.deployment.state
        if state != self.plain.state:
            self.plain.become(state, clock.now())

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
        self.follow()
        with provenance.acting("worker"):
            sender.sweep()

    def mail_of(self, copy: Delivery, at: datetime | None) -> Heard:
        message = copy.message
        assert message.t0 is not None
        assert message.schedule_revision is not None
        cause = message.plan_id or -(message.event_id or 0)
        return Heard(copy.pk, copy.address, message.kind, cause, message.schedule_revision,
                     message.t0, at)  # fmt: skip
