"""The verbs of the checklist: define, tick, choose, leave out, add evidence, complete, stop."""

from checklists.services.asking import agree, decline, leave_out, take_back
from checklists.services.definition import define
from checklists.services.evidence import add_evidence
from checklists.services.moves import complete, stop
from checklists.services.redefinition import redefine_checklist
from checklists.services.reminding import remind
from checklists.services.sections import confirm_claims, tick_several
from checklists.services.states import choose, set_state

__all__ = [
    "add_evidence",
    "agree",
    "choose",
    "complete",
    "confirm_claims",
    "decline",
    "define",
    "leave_out",
    "redefine_checklist",
    "remind",
    "set_state",
    "stop",
    "take_back",
    "tick_several",
]
