"""The verbs of sign-off: define, redefine, submit, reopen, resume, sign, decide, recall, start."""

from approvals.services.deciding import decide, hold_missed_start, recall_if_broken, start
from approvals.services.definition import define, redefine_rules, role_called
from approvals.services.review import reopen, resume, submit
from approvals.services.signing import sign
from approvals.services.waiving import ask_waiver, end_waiver, sign_waiver

__all__ = [
    "ask_waiver",
    "decide",
    "define",
    "end_waiver",
    "hold_missed_start",
    "recall_if_broken",
    "redefine_rules",
    "reopen",
    "resume",
    "role_called",
    "sign",
    "sign_waiver",
    "start",
    "submit",
]
