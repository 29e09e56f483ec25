"""The verbs of the checklist, and those of the day: complete, stop, roll back."""

from checklists.services.adding import add_step
from checklists.services.answering import answer
from checklists.services.asking import agree, decline, leave_out, take_back
from checklists.services.commands import end_command, run_command
from checklists.services.definition import define
from checklists.services.evidence import add_evidence
from checklists.services.handing import hand_over
from checklists.services.moves import complete, finish_rollback, roll_back, stop
from checklists.services.redefinition import redefine_checklist
from checklists.services.reminding import remind
from checklists.services.sections import confirm_claims, tick_several
from checklists.services.states import choose, set_state

__all__ = [
    "add_evidence",
    "add_step",
    "agree",
    "answer",
    "choose",
    "complete",
    "confirm_claims",
    "decline",
    "define",
    "end_command",
    "finish_rollback",
    "hand_over",
    "leave_out",
    "redefine_checklist",
    "remind",
    "roll_back",
    "run_command",
    "set_state",
    "stop",
    "take_back",
    "tick_several",
]
