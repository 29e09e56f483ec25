"""The rules of sign-off once more, in memory and from SEMANTICS alone: what follows from the facts.

`plain` has the acts on them, and `test_state_machine` compares both with the portal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product

from approvals.enums import Choice, Verdict
from deployments.enums import State

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
REQUESTER, AUTHOR, OPS_LEAD, BREAKER = "release_manager", "auditor", "ops_lead", "member"
EDITORS = (REQUESTER, "technical_lead")
ITEM = "item:back-up-the-database"
OBJECTIONS = {Choice.REJECT, Choice.REQUEST_CHANGES}


@dataclass(frozen=True)
class PlainRule:
    count: int
    group: int
    is_time_sensitive: bool


RULES = {
    "product_owner": PlainRule(1, 1, is_time_sensitive=False),
    "security": PlainRule(2, 1, is_time_sensitive=False),
    "operations": PlainRule(1, 2, is_time_sensitive=True),
}


@dataclass(frozen=True)
class Word:
    """What a person said, for themselves or for somebody `absent`; it is the word of both."""

    person: str
    role: str
    choice: Choice
    content: str
    t0: datetime
    at: datetime
    absent: str | None = None

    @property
    def parties(self) -> set[str]:
        return {self.person, self.absent or self.person}


@dataclass
class PlainRound:
    """`review` is the number of the review it was opened in; answers of another one never count."""

    t0: datetime
    review: int
    closes_at: datetime
    is_closed: bool = False
    is_moved: bool = False
    answers: dict[tuple[str, str], Verdict] = field(default_factory=dict)


@dataclass(frozen=True)
class PlainDecision:
    verdict: Verdict
    content: str
    t0: datetime
    over: frozenset[str] = frozenset()


@dataclass
class PlainFacts:
    t0: datetime
    content: str
    roles: dict[str, set[str]]
    state: State = State.DRAFT
    editor: str = REQUESTER
    is_ticked: bool = False
    review: int = 0
    words: list[Word] = field(default_factory=list)
    rounds: list[PlainRound] = field(default_factory=list)
    decisions: list[PlainDecision] = field(default_factory=list)
    # By who is away: who stands in for them, and until when.
    away: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    @property
    def barred(self) -> set[str]:
        return {REQUESTER, AUTHOR, self.editor}

    def latest(self) -> list[Word]:
        """Of each person under each role the last word, given by them or for them."""
        found: list[Word] = []
        for word in self.words:
            found = [one for one in found if one.role != word.role
                     or not one.parties & word.parties]  # fmt: skip
            found += [word] if word.choice != Choice.WITHDRAW else []
        return found

    def said(self, person: str, role: str) -> Word | None:
        words = (one for one in self.latest() if one.role == role and person in one.parties)
        return next(words, None)

    def stands_in(self, person: str, absent: str, now: datetime) -> bool:
        stand_in, until = self.away.get(absent, ("", now))
        return stand_in == person and now < until

    def speaks(self, person: str, role: str, now: datetime, absent: str | None = None) -> bool:
        """For themselves, or for this one absent person who holds the role."""
        if absent is None:
            return person in self.roles[role]
        return absent in self.roles[role] and self.stands_in(person, absent, now)

    def has_voice(self, person: str, role: str, now: datetime) -> bool:
        return any(self.speaks(person, role, now, absent) for absent in (None, *self.away))

    def objectors(self, role: str) -> set[str]:
        words = self.latest()
        return {one.person for one in words if one.role == role and one.choice in OBJECTIONS}

    def approvers(self, role: str, now: datetime) -> set[str]:
        return {
            one.person
            for one in self.latest()
            if one.role == role and one.choice == Choice.APPROVE and self._counts(one, now)
        }

    def _counts(self, word: Word, now: datetime) -> bool:
        needed = max(now, self.t0 + 30 * MINUTE)
        return (
            word.content == self.content
            and not word.parties & self.barred
            and (word.t0 == self.t0 or not RULES[word.role].is_time_sensitive)
            and word.at + timedelta(days=14) >= needed
        )

    def holds(self, role: str, now: datetime) -> bool:
        is_full = len(self.approvers(role, now)) >= RULES[role].count
        return is_full and not self.objectors(role)

    def blockers(self, now: datetime) -> set[str]:
        found = set() if self.is_ticked else {ITEM}
        for role in RULES:
            if self.objectors(role):
                found.add(f"objection:{role}")
            elif not self.holds(role, now):
                found.add(f"signature:{role}")
        return found

    def counting(self) -> PlainRound | None:
        """A decision rests on the round that it ended; the next review has rounds of its own."""
        newest = self.rounds[-1] if self.rounds else None
        if newest is None or newest.is_moved or newest.t0 != self.t0:
            return None
        is_undecided = self.state in {State.DRAFT, State.IN_REVIEW}
        return None if is_undecided and newest.review != self.review else newest

    def word_of(self, role: str) -> Verdict | None:
        found = self.counting()
        said = [word for (of, _), word in found.answers.items() if of == role] if found else []
        gravity = [Verdict.GO, Verdict.HOLD, Verdict.NO_GO]
        return max(said, key=gravity.index, default=None)

    @property
    def latest_start(self) -> datetime:
        return self.t0 + 30 * MINUTE

    def due(self) -> datetime:
        """From then on it is a hold by itself, and no GO any more."""
        found = self.counting()
        return max(self.t0, found.closes_at + 15 * MINUTE) if found else self.t0

    def is_polled_go(self) -> bool:
        return all(self.word_of(role) == Verdict.GO for role in RULES)

    def takes_answers(self, now: datetime) -> bool:
        found = self.counting()
        is_open = found is not None and not found.is_closed and now < found.closes_at
        return is_open and self.state == State.IN_REVIEW

    def is_feasible(self) -> bool:
        """Some way to fill every place with another person who may sign."""
        places = [self.roles[role] - self.barred for role, rule in RULES.items()
                  for _ in range(rule.count)]  # fmt: skip
        return any(len(set(taken)) == len(places) for taken in product(*places))

    def broken(self, now: datetime) -> bool:
        last = self.decisions[-1]
        moved = (last.content, last.t0) != (self.content, self.t0)
        return moved or bool(self.blockers(now) - last.over)
