"""When something is due: an anchor of the deployment and seconds after it (before is minus)."""

import re
from dataclasses import dataclass

from intake.blocks import plain

LONGEST = 120
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_LENGTH = r"(?P<n>\d{1,4})\s*(?P<unit>m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b\.?"
_RELATIVE = re.compile(_LENGTH + r"\s*(?P<side>before|prior|after|post|following)\b")
_SIGNED = re.compile(
    r"\b(?P<letter>[td])0?\s*(?P<sign>[-+−–])\s*(?P<n>\d{1,4})\s*(?P<unit>[mhdw]?)"
)
_START = re.compile(r"\b(?:start(?:s|ed)?|begin(?:s|ning)?|kick[ -]?off)\b")
_COMPLETE = re.compile(r"\b(?:complet\w*|finish(?:ed)?|done|end(?:s|ed)?|success(?:ful)?)\b")
_AT_T0 = re.compile(r"^(?:t-?0|t|go-?live|at deployment)$")


@dataclass(frozen=True, slots=True)
class Moment:
    anchor: str
    offset: int


def moment(text: str) -> Moment | None:
    """Read “24h before”, “T-2h”, “D+1”, “Deployment start”, “30 minutes after completion”."""
    words = plain(text[:LONGEST]).lower()
    relative = _RELATIVE.search(words)
    if relative:
        seconds = int(relative["n"]) * _UNITS[relative["unit"][0]]
        is_before = relative["side"] in ("before", "prior")
        return Moment(_anchor(words, is_before), -seconds if is_before else seconds)
    signed = _SIGNED.search(words)
    if signed:
        unit = signed["unit"] or ("d" if signed["letter"] == "d" else "h")
        seconds = int(signed["n"]) * _UNITS[unit]
        return Moment("t0", seconds if signed["sign"] == "+" else -seconds)
    if _AT_T0.fullmatch(words):
        return Moment("t0", 0)
    if _START.search(words):
        return Moment("start", 0)
    return Moment("complete", 0) if _COMPLETE.search(words) else None


def _anchor(words: str, is_before: bool) -> str:
    if _START.search(words):
        return "start"
    return "t0" if is_before else "complete"
