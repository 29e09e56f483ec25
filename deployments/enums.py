"""The words for where a deployment stands, and which word may follow which."""

from django.db.models import TextChoices


class State(TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    GO = "go", "Go"
    ON_HOLD = "on_hold", "On hold"
    NO_GO = "no_go", "No-go"
    IN_PROGRESS = "in_progress", "In progress"
    WATCHING = "watching", "Watching"
    CLOSED = "closed", "Closed"
    ROLLING_BACK = "rolling_back", "Rolling back"
    ROLLED_BACK = "rolled_back", "Rolled back"
    STOPPED = "stopped", "Stopped"
    CANCELLED = "cancelled", "Cancelled"


# The one table of moves: state → {next state: the verbs that lead there}.
# docs/states.md is drawn from it and the check compares the two.
TRANSITIONS: dict[State, dict[State, tuple[str, ...]]] = {
    State.DRAFT: {State.IN_REVIEW: ("submit",), State.CANCELLED: ("cancel",)},
    State.IN_REVIEW: {
        State.GO: ("decide",),
        State.NO_GO: ("decide",),
        State.ON_HOLD: ("decide",),
        State.DRAFT: ("reopen",),
        State.CANCELLED: ("cancel",),
    },
    State.GO: {
        State.IN_PROGRESS: ("start",),
        State.IN_REVIEW: ("recall",),
        State.ON_HOLD: ("decide", "missed start"),
        State.NO_GO: ("decide",),
        State.CANCELLED: ("cancel",),
    },
    State.NO_GO: {
        State.IN_REVIEW: ("resume",),
        State.DRAFT: ("reopen",),
        State.CANCELLED: ("cancel",),
    },
    State.ON_HOLD: {
        State.IN_REVIEW: ("resume",),
        State.DRAFT: ("reopen",),
        State.CANCELLED: ("cancel",),
    },
    State.IN_PROGRESS: {
        State.WATCHING: ("complete",),
        State.ROLLING_BACK: ("roll back",),
        State.STOPPED: ("stop",),
    },
    State.WATCHING: {State.CLOSED: ("close",), State.ROLLING_BACK: ("roll back",)},
    State.ROLLING_BACK: {State.ROLLED_BACK: ("rollback finished",), State.STOPPED: ("stop",)},
    State.CLOSED: {},
    State.ROLLED_BACK: {},
    State.STOPPED: {},
    State.CANCELLED: {},
}

BEFORE_START = frozenset(
    {State.DRAFT, State.IN_REVIEW, State.GO, State.ON_HOLD, State.NO_GO},
)
EDITABLE = frozenset({State.DRAFT, State.IN_REVIEW})
HOLDS_ENVIRONMENT = frozenset({State.IN_PROGRESS, State.ROLLING_BACK})
FINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)
OPEN = frozenset(TRANSITIONS) - FINAL
UNDER_WAY = OPEN - {State.DRAFT}


class Anchor(TextChoices):
    """A moment of a deployment from which due times are counted."""

    T0 = "t0", "T0"
    START = "start", "Start"
    COMPLETE = "complete", "Completion"
    DECISION = "decision", "Decision"
    WATCH_END = "watch_end", "End of the watch"


class Subject(TextChoices):
    """What a comment may be about, if not the deployment itself; the values are model names."""

    ITEM = "item", "Item"
    GATE = "gate", "Gate"
    RULE = "rule", "Sign-off rule"


class Grant(TextChoices):
    """What a group may do on one service; a person may be in several such groups."""

    MEMBER = "member", "Member"
    STAKEHOLDER = "stakeholder", "Stakeholder"
    AUDITOR = "auditor", "Auditor"
    RELEASE_MANAGER = "release_manager", "Release manager"
    OPS_LEAD = "ops_lead", "Ops lead"
    BREAK_GLASS = "break_glass", "Break-glass"


class Right(TextChoices):
    """The object permissions that guardian keeps; a grant is a set of them."""

    SEE = "see_service", "See and receive"
    TICK = "tick_items", "Tick items and comment"
    EXPORT = "export_history", "Export everything"
    EDIT = "edit_deployments", "Edit, submit, reschedule, cancel"
    OPERATE = "operate_deployments", "Decide, start, complete, stop, roll back"
    BREAK_GLASS = "break_glass", "Decide GO over blockers"


RIGHTS_OF: dict[Grant, frozenset[Right]] = {
    Grant.MEMBER: frozenset({Right.SEE, Right.TICK}),
    Grant.STAKEHOLDER: frozenset({Right.SEE}),
    Grant.AUDITOR: frozenset({Right.SEE, Right.EXPORT}),
    Grant.RELEASE_MANAGER: frozenset({Right.SEE, Right.TICK, Right.EDIT}),
    Grant.OPS_LEAD: frozenset({Right.SEE, Right.TICK, Right.OPERATE}),
    Grant.BREAK_GLASS: frozenset({Right.SEE, Right.BREAK_GLASS}),
}
