"""The verbs of the watch."""

from monitoring.services.alerting import acknowledge
from monitoring.services.asking import go_back, raise_by_hand, rolled_back_otherwise, stay
from monitoring.services.definition import define, redefine_watch
from monitoring.services.readings import Taken, Value, enter, push
from monitoring.services.targets import judge_by_hand
from monitoring.services.watching import close, open_watch

__all__ = [
    "Taken",
    "Value",
    "acknowledge",
    "close",
    "define",
    "enter",
    "go_back",
    "judge_by_hand",
    "open_watch",
    "push",
    "raise_by_hand",
    "redefine_watch",
    "rolled_back_otherwise",
    "stay",
]
