"""The verbs of sign-off: define, submit, reopen, resume, sign, decide, start."""

from approvals.services.deciding import decide, hold_missed_start, start
from approvals.services.definition import define
from approvals.services.review import reopen, resume, submit
from approvals.services.signing import sign

__all__ = [
    "decide",
    "define",
    "hold_missed_start",
    "reopen",
    "resume",
    "sign",
    "start",
    "submit",
]
