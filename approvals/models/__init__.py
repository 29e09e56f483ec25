"""Do we go?"""

from approvals.models.decisions import Decision, Review
from approvals.models.polls import Answer, PollPlan, Round
from approvals.models.requests import Request, Shortage
from approvals.models.rules import PolledRole, PresentRules, Rule
from approvals.models.votes import Lifting, Standing, Vote
from approvals.models.waivers import Waiver

__all__ = [
    "Answer",
    "Decision",
    "Lifting",
    "PollPlan",
    "PolledRole",
    "PresentRules",
    "Request",
    "Review",
    "Round",
    "Rule",
    "Shortage",
    "Standing",
    "Vote",
    "Waiver",
]
