"""The acts of sign-off once more, in memory and from SEMANTICS alone: what a machine test asks.

Each answers with the verbs of the events it must leave, or with None where it must be refused.
"""

from __future__ import annotations

from datetime import datetime

from approvals.enums import Choice, Verdict
from deployments.enums import State
from tests.approvals.plain_facts import (
    HOUR,
    MINUTE,
    OBJECTIONS,
    OPS_LEAD,
    RULES,
    PlainDecision,
    PlainFacts,
    PlainRound,
    Word,
)


class Plain(PlainFacts):
    def submit(self, now: datetime) -> list[str] | None:
        if self.state != State.DRAFT or self.t0 <= now or not self.is_feasible():
            return None
        return self._enter("submitted", now)

    def resume(self, now: datetime) -> list[str] | None:
        if self.state not in {State.ON_HOLD, State.NO_GO} or self.t0 <= now:
            return None
        return self._enter("resumed", now)

    def reopen(self) -> list[str] | None:
        if self.state not in {State.IN_REVIEW, State.ON_HOLD, State.NO_GO}:
            return None
        return [*self._leave(State.DRAFT), "reopened"]

    def edit(self, person: str, content: str) -> list[str] | None:
        if self.state not in {State.DRAFT, State.IN_REVIEW}:
            return None
        if content == self.content:
            return []
        self.content, self.editor = content, person
        return ["content changed", "facts changed"]

    def reschedule(self, t0: datetime, now: datetime) -> list[str] | None:
        if self.state == State.IN_PROGRESS or (t0 != self.t0 and t0 <= now):
            return None
        is_same, self.t0 = t0 == self.t0, t0
        return [] if is_same else ["rescheduled"]

    def sign(
        self, person: str, role: str, choice: Choice, now: datetime, absent: str | None = None
    ) -> list[str] | None:
        if choice == Choice.WITHDRAW:
            said = self.said(person, role)
            if said is None or not self._may_take_back(person, role, now):
                return None
            absent = said.absent if said.person == person else None
        elif self._may_not_say(person, role, choice, now, absent):
            return None
        self.words.append(Word(person, role, choice, self.content, self.t0, now, absent))
        return [{
            Choice.APPROVE: "signed", Choice.REJECT: "rejected",
            Choice.REQUEST_CHANGES: "changes requested", Choice.ABSTAIN: "abstained",
            Choice.WITHDRAW: "signature withdrawn",
        }[choice]]  # fmt: skip

    def _may_take_back(self, person: str, role: str, now: datetime) -> bool:
        return self.state != State.IN_PROGRESS and self.has_voice(person, role, now)

    def _may_not_say(
        self, person: str, role: str, choice: Choice, now: datetime, absent: str | None
    ) -> bool:
        if not self.speaks(person, role, now, absent):
            return True
        if self.state != State.IN_REVIEW and (self.state != State.GO or choice not in OBJECTIONS):
            return True
        both = {person, absent or person}
        theirs = [one for one in self.latest() if one.parties & both]
        if both & self.barred or not all(self._gives_way(one, person, role, absent)
                                         for one in theirs):  # fmt: skip
            return True
        earlier = (one for one, rule in RULES.items() if rule.group < RULES[role].group)
        return not all(self.holds(one, now) for one in earlier)

    def _gives_way(self, word: Word, person: str, role: str, absent: str | None) -> bool:
        """Nobody counts twice on one content; and a word is changed by whoever gave it, or by whom
        it was given for, unless it is stale and no objection.
        """
        is_stale = word.content != self.content
        if word.role != role:
            return is_stale
        is_own = absent is None and word.absent == person
        is_same = (word.person, word.absent) == (person, absent)
        return is_own or is_same or (is_stale and word.choice not in OBJECTIONS)

    def answer(
        self, person: str, role: str, word: Verdict, now: datetime, *, is_voice: bool = False
    ) -> bool:
        if is_voice and person == OPS_LEAD:
            return False
        if not self.has_voice(person, role, now) or not self.takes_answers(now):
            return False
        self.rounds[-1].answers[role, person] = word
        return True

    def open_again(self, now: datetime) -> list[str] | None:
        found = self.counting()
        if self.state != State.IN_REVIEW or found is None or self.takes_answers(now):
            return None
        closed = self._close()
        return [*closed, *self._open(now)]

    def tend(self, now: datetime) -> list[str]:
        verbs = []
        newest = self.rounds[-1] if self.rounds else None
        if newest and not newest.is_closed and (newest.t0 != self.t0 or now >= newest.closes_at):
            newest.is_moved = newest.t0 != self.t0
            verbs = self._close()
        return [*verbs, *self._begin(now)]

    def decide(self, verdict: Verdict, now: datetime) -> list[str] | None:
        if self.state != State.IN_REVIEW and (self.state != State.GO or verdict == Verdict.GO):
            return None
        if verdict == Verdict.GO and (
            self.blockers(now)
            or not self.is_polled_go()
            or now >= min(self.due(), self.latest_start)
        ):
            return None
        return self._decided(verdict, "decided")

    def break_glass(self, now: datetime) -> list[str] | None:
        over = self.blockers(now) | (set() if self.is_polled_go() else {"poll"})
        if self.state != State.IN_REVIEW or not over or now >= min(self.due(), self.latest_start):
            return None
        return self._decided(Verdict.GO, "glass broken", frozenset(over))

    def hold_undecided(self, now: datetime) -> list[str] | None:
        if self.state != State.IN_REVIEW or now < self.due():
            return None
        return self._decided(Verdict.HOLD, "not decided")

    def hold_missed_start(self, now: datetime) -> list[str] | None:
        if self.state != State.GO or now <= self.decisions[-1].t0 + 30 * MINUTE:
            return None
        return self._decided(Verdict.HOLD, "missed start")

    def recall(self, now: datetime) -> list[str] | None:
        if self.state != State.GO or not self.broken(now):
            return None
        return self._enter("recalled", now)

    def start(self, now: datetime) -> list[str] | None:
        if self.state != State.GO or self.broken(now):
            return None
        if not self.t0 - 15 * MINUTE <= now <= self.t0 + 30 * MINUTE:
            return None
        self.state = State.IN_PROGRESS
        return ["started"]

    def _decided(
        self, verdict: Verdict, verb: str, over: frozenset[str] = frozenset()
    ) -> list[str]:
        self.decisions.append(PlainDecision(verdict, self.content, self.t0, over))
        to = {Verdict.GO: State.GO, Verdict.HOLD: State.ON_HOLD, Verdict.NO_GO: State.NO_GO}
        return [*self._leave(to[verdict]), verb]

    def _enter(self, verb: str, now: datetime) -> list[str]:
        self.state = State.IN_REVIEW
        self.review += 1
        return [verb, *self._begin(now)]

    def _leave(self, to: State) -> list[str]:
        self.state = to
        self.review += 1
        return self._close()

    def _begin(self, now: datetime) -> list[str]:
        is_near = now >= self.t0 - 2 * HOUR
        if self.state != State.IN_REVIEW or not is_near or self.counting():
            return []
        return self._open(now)

    def _open(self, now: datetime) -> list[str]:
        closes = max(self.t0 - 30 * MINUTE, now + 15 * MINUTE)
        self.rounds.append(PlainRound(self.t0, self.review, closes))
        return ["poll opened"]

    def _close(self) -> list[str]:
        if not self.rounds or self.rounds[-1].is_closed:
            return []
        self.rounds[-1].is_closed = True
        return ["poll closed"]
