"""Every state of a deployment and every grant in one sentence, for a first meeting."""

from deployments.enums import Grant, State

STATES: dict[State, str] = {
    State.DRAFT: "The plan is being written; nobody has been asked to sign.",
    State.IN_REVIEW: "People sign and gates run; nothing has been decided.",
    State.GO: "The ops lead decided to go; it can be started from a quarter of an hour before T0.",
    State.ON_HOLD: "Put off for now; a new time or a new review brings it back.",
    State.NO_GO: "Decided against as it is; a new review or a changed plan brings it back.",
    State.IN_PROGRESS: "Its steps are being carried out, and it holds the environment.",
    State.WATCHING: "Deployed; its metrics are watched until the watch ends, 48 hours as a rule.",
    State.CLOSED: "Finished, and every success criterion was judged.",
    State.ROLLING_BACK: "The steps back are being carried out, and it holds the environment.",
    State.ROLLED_BACK: "Taken back; what was left behind is said in its summary.",
    State.STOPPED: "Ended by the ops lead, who wrote down how the environment was left.",
    State.CANCELLED: "Given up before it started; another deployment may have taken its place.",
}
GRANTS: dict[Grant, str] = {
    Grant.MEMBER: "Sees the service's deployments, ticks items, comments.",
    Grant.STAKEHOLDER: "Reads, and is told what happens.",
    Grant.AUDITOR: "Reads everything and exports it.",
    Grant.RELEASE_MANAGER: "Edits, submits, reschedules and cancels; keeps templates and freezes.",
    Grant.OPS_LEAD: "Holds the poll, decides, starts, completes, stops and rolls back.",
    Grant.BREAK_GLASS: "May let a deployment go without what is missing, with a second person.",
}
