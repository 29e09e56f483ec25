"""What is promised about T0, in the plainest words: what each reader heard, and what is so now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from communications.enums import Kind
from deployments.enums import State

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COLLAPSED, NEWS_FOR = 5 * MINUTE, DAY
BEFORE_T0 = {Kind.NOTICE.value, Kind.GO_NO_GO.value}
SAYS_MOVED = {Kind.CORRECTION.value, Kind.HOLD.value, Kind.NO_GO.value, Kind.RECALL.value}
STANDS_IN: dict[str, set[str]] = {
    Kind.NOTICE: {State.IN_REVIEW.value, State.GO.value},
    Kind.GO_NO_GO: {State.IN_REVIEW.value, State.GO.value},
    Kind.HOLD: {State.ON_HOLD.value},
    Kind.NO_GO: {State.NO_GO.value},
    Kind.RECALL: {State.IN_REVIEW.value},
    Kind.CANCELLATION: {State.CANCELLED.value},
    Kind.CORRECTION: {one.value for one in (State.IN_REVIEW, State.GO, State.ON_HOLD, State.NO_GO)},
}


@dataclass(frozen=True)
class Heard:
    """One mail that its reader has, or may have: then `at` is unknown and it is the last word."""

    copy: int
    reader: str
    kind: str
    cause: int
    revision: int
    t0: datetime
    at: datetime | None

    @property
    def order(self) -> tuple[int, bool, datetime]:
        return self.revision, self.at is None, self.at or self.t0

    @property
    def said(self) -> tuple[str, int, datetime]:
        return self.kind, self.cause, self.t0


@dataclass
class Plain:
    t0: datetime
    state: str = State.DRAFT
    revision: int = 1
    moved_at: datetime | None = None
    stopped_at: datetime | None = None
    is_held: bool = False
    heard: list[Heard] = field(default_factory=list)

    def move(self, t0: datetime, at: datetime) -> None:
        if t0 != self.t0:
            self.t0, self.moved_at = t0, at
            self.revision += 1

    def become(self, state: str, at: datetime) -> None:
        self.state, self.stopped_at = state, at

    def of(self, reader: str) -> list[Heard]:
        mine = [one for one in self.heard if one.reader == reader]
        return sorted(mine, key=lambda one: one.order)

    def readers(self) -> set[str]:
        return {one.reader for one in self.heard}

    def hear(self, mail: Heard, now: datetime) -> None:
        """A mail has just left; whatever it says must be so, and news to its reader."""
        assert (mail.revision, mail.t0) == (self.revision, self.t0), "an old time left"
        assert self.state in STANDS_IN[mail.kind], f"{mail.kind} left while {self.state}"
        before = [one for one in self.of(mail.reader) if one.copy != mail.copy]
        if mail.kind in BEFORE_T0 or mail.kind == Kind.CORRECTION:
            assert not self.is_held, "left though the messages are held back"
        if mail.kind == Kind.CORRECTION:
            assert self.moved_at is not None
            assert now >= self.moved_at + COLLAPSED, "corrected before the last move was over"
            said = [one for one in before if one.revision == self.revision]
            assert not any(one.kind in SAYS_MOVED for one in said), "told of one move twice"
        same = [one for one in before if (one.kind, one.cause, one.t0) == mail.said]
        assert not same, "told the same twice"
        self.heard = [one for one in self.heard if one.copy != mail.copy] + [mail]

    def doubt(self, mail: Heard) -> None:
        if all(one.copy != mail.copy for one in self.heard):
            self.heard.append(mail)

    def certainly_not(self, copy: int) -> None:
        self.heard = [one for one in self.heard if one.copy != copy]

    def knows_otherwise(self, reader: str) -> bool:
        """What they heard last, before anything of the present time, is another time."""
        older = [one for one in self.of(reader) if one.revision < self.revision]
        return bool(older) and older[-1].t0 != self.t0
