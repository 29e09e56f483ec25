"""Where a deployment stands and what was told of it, for those who only use the service.

Plain words, no gate, no role, no name. No Django in here but the words of states and results.
"""

from __future__ import annotations

from communications.enums import Kind
from deployments.enums import FINAL, State
from monitoring.enums import Result

STANDS: dict[str, str] = {
    State.DRAFT: "It is being prepared; nothing is decided yet.",
    State.IN_REVIEW: "It is being checked; whether it goes ahead is still open.",
    State.GO: "It is decided: it goes ahead as planned.",
    State.ON_HOLD: "It is on hold; it does not begin until that is settled.",
    State.NO_GO: "It does not take place as planned.",
    State.IN_PROGRESS: "It is happening now.",
    State.WATCHING: "It is done, and is being watched.",
    State.CLOSED: "It is done, and all is well since.",
    State.ROLLING_BACK: "It is being taken back; what was there before is being restored.",
    State.ROLLED_BACK: "It was taken back; what was there before is in use again.",
    State.STOPPED: "It was stopped before its end.",
    State.CANCELLED: "It is cancelled and does not take place.",
}
CAME_TO: dict[str, str] = {
    Result.SUCCEEDED: STANDS[State.CLOSED],
    Result.PARTLY: "It is done, but not all of what it was for was reached.",
    Result.FAILED: "It is done, but what it was for was not reached.",
}
READY = "Everything is checked; the decision to go ahead is still to come."
SHAKEN = "It was decided to go ahead, but something changed; it is being looked at again."
NOTHING_TO_DO = "You need not do anything."
BEFORE = frozenset({State.DRAFT, State.IN_REVIEW, State.GO, State.ON_HOLD, State.NO_GO})
ASK_FIRST = frozenset({State.STOPPED, State.ROLLED_BACK})

# What everybody is told; the rest is written to those who sign, or to single people.
TOLD: dict[str, str] = {
    Kind.NOTICE: "Announced",
    Kind.GO_NO_GO: "About to be decided",
    Kind.START: "Begun",
    Kind.COMPLETE: "Done",
    Kind.SUMMARY: "Summed up",
    Kind.CORRECTION: "Moved to another time",
    Kind.HOLD: "Put on hold",
    Kind.NO_GO: "Not going ahead as planned",
    Kind.RECALL: "Decision to go ahead taken back",
    Kind.CANCELLATION: "Cancelled",
    Kind.ROLLBACK: "Going back to how it was",
    Kind.ROLLED_BACK: "Back to how it was",
    Kind.STOPPED: "Stopped",
}
COMING: dict[str, str] = {
    Kind.NOTICE: "the announcement",
    Kind.GO_NO_GO: "the last word before it begins",
    Kind.START: "that it has begun",
    Kind.COMPLETE: "that it is done",
    Kind.SUMMARY: "a summary",
    Kind.CORRECTION: "the new time",
}
# Of these the time stands beside them: it is what they told.
TELLS_A_TIME = frozenset({Kind.NOTICE, Kind.GO_NO_GO, Kind.CORRECTION})


def stands(state: str, *, is_ready: bool, is_shaken: bool, result: str = "") -> str:
    """One sentence; `is_shaken`: a GO no longer holds. `result` is what it came to, once closed."""
    if result:
        return CAME_TO[result]
    if state == State.IN_REVIEW and is_ready:
        return READY
    if state == State.GO and is_shaken:
        return SHAKEN
    return STANDS[state]


def to_do(state: str) -> str:
    """What the reader has to do, which is nothing; and when to speak up."""
    if state in BEFORE:
        return f"{NOTHING_TO_DO} If the time does not suit you, say so before it begins."
    if state in ASK_FIRST:
        return "If you rely on what was announced, ask what this means for you."
    if state == State.CANCELLED:
        return NOTHING_TO_DO
    return f"{NOTHING_TO_DO} If something behaves differently than before, say so."


def follows(state: str, kind: str | None, *, is_open: bool, is_due: bool) -> str:
    """What is to be said of the next message beside its time, or in its place; mostly nothing."""
    if kind is None and state == State.IN_PROGRESS:
        return "The next message comes once it is done."
    if kind is None and state in FINAL:
        return "No further message is planned."
    if kind is None:
        return "The next message comes once there is something to say."
    if is_open:
        return "The next message comes once it is settled how this goes on."
    if is_due and kind == Kind.START:
        return "The next message comes once it has begun."
    return "The next message leaves in a moment." if is_due else ""
