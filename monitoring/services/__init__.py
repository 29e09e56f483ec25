"""The verbs of the watch."""

from monitoring.services.alerting import acknowledge
from monitoring.services.asking import go_back, raise_by_hand, rolled_back_otherwise, stay
from monitoring.services.definition import define, redefine_watch
from monitoring.services.incidents import dismiss_incident, report_by_link, report_incident
from monitoring.services.judging import judge_criterion
from monitoring.services.readings import Taken, Value, enter, push
from monitoring.services.targets import judge_by_hand
from monitoring.services.watching import close, open_watch, refusal_to_close_now

__all__ = [
    "Taken",
    "Value",
    "acknowledge",
    "close",
    "define",
    "dismiss_incident",
    "enter",
    "go_back",
    "judge_by_hand",
    "judge_criterion",
    "open_watch",
    "push",
    "raise_by_hand",
    "redefine_watch",
    "refusal_to_close_now",
    "report_by_link",
    "report_incident",
    "rolled_back_otherwise",
    "stay",
]
