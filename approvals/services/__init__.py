"""The verbs of sign-off: define, submit, sign, waive, poll, decide, break the glass, start."""

from approvals.services.breaking import break_glass, close_review
from approvals.services.deciding import (
    decide,
    hold_missed_start,
    hold_undecided,
    recall_if_broken,
    start,
)
from approvals.services.definition import define, redefine_rules, role_called
from approvals.services.lifting import lift
from approvals.services.polling import answer, open_again, plan_poll, tend, write_down
from approvals.services.reporting import ask_for_reports
from approvals.services.requesting import tend_requests
from approvals.services.review import reopen, resume, submit
from approvals.services.shortages import beyond_reach, tell_shortages
from approvals.services.signing import sign
from approvals.services.waiving import ask_waiver, end_waiver, sign_waiver

__all__ = [
    "answer",
    "ask_for_reports",
    "ask_waiver",
    "beyond_reach",
    "break_glass",
    "close_review",
    "decide",
    "define",
    "end_waiver",
    "hold_missed_start",
    "hold_undecided",
    "lift",
    "open_again",
    "plan_poll",
    "recall_if_broken",
    "redefine_rules",
    "reopen",
    "resume",
    "role_called",
    "sign",
    "sign_waiver",
    "start",
    "submit",
    "tell_shortages",
    "tend",
    "tend_requests",
    "write_down",
]
