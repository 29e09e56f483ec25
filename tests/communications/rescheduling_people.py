"""The people of the rescheduling machine, the time that passes, and a mail server's moods."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from approvals import services as approvals
from approvals.enums import Choice, Verdict
from approvals.shown import Shown
from communications import services as messages
from communications.definitions import PlanLine
from communications.enums import Kind
from communications.models import Stakeholder
from communications.plan import pausing
from communications.plan.parts import LINES
from communications.sending.line import Line
from deployments import clock, editing
from deployments import services as deployments
from deployments.enums import Anchor, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_proof
from tests.communications.conftest import move_clock
from tests.communications.plain import DAY, HOUR, MINUTE, Plain
from tests.communications.rescheduling_workers import Workers

NOTICE = PlanLine(Kind.NOTICE, Anchor.T0, -DAY, "Notice")
ASKS = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")
TIMES = st.sampled_from([20 * HOUR, 30 * HOUR, 4 * DAY, 9 * DAY])
SPANS = st.sampled_from([MINUTE, 3 * MINUTE, 6 * MINUTE, 2 * HOUR, 8 * HOUR])
READERS = st.sampled_from(["ann@example.net", "bob@example.net", "ops_lead@example.org"])
ANSWERS = st.sampled_from(["", "", "", "451 later", "550 no such person", "drop", "swallow"])
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


class People(Workers):
    """All that people do to one deployment, through the real services."""

    base: datetime

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
        self.line = Line()
        if is_told:
            self.submit_or_resume()
            self.work()

    def act(self, service: Callable[..., Any], *given: Any, **named: Any) -> bool:
        """Whether it was let through; what refuses is proven elsewhere."""
        named.setdefault("actor", self.team.release_manager)
        try:
            with transaction.atomic():
                service(self.pk, *given, **named)
        except Refused:
            return False
        self.follow()
        return True

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
