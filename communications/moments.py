"""When a message leaves, in words: elapsed time “24 h before T0” or calendar time of the planner.

Calendar time is “the day before T0 at 09:00”, “2 days after completion at 17:30” or “the day of
T0 at 08:00”. No Django in here but the refusal of words that say no moment.
"""

from __future__ import annotations

import re
from datetime import time, timedelta

from checklists import moments
from checklists.moments import WORDS
from deployments.enums import Anchor
from deployments.exceptions import Invalid

# Anchor, elapsed time from it, days from its day, time of that day; the last two or neither.
Moment = tuple[str, timedelta, int | None, time | None]
MOST_DAYS = 366
_CALENDAR = re.compile(
    r"(?:the\s+day|(?P<days>\d{1,3})\s+days?)\s+(?P<side>before|after|of)\s+(?:the\s+)?"
    r"(?P<anchor>.+?)\s+at\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})",
    re.IGNORECASE,
)
_LOOKS_LIKE_A_DAY = re.compile(r"\bdays?\s+(?:before|after|of)\b", re.IGNORECASE)
HOW = "write it such as “24 h before T0”, “at completion” or “the day before T0 at 09:00”"


def in_words(anchor: str, offset: timedelta, day: int | None = None, at: time | None = None) -> str:
    if day is None or at is None:
        return moments.in_words(anchor, offset)
    number = abs(day)
    days = "the day" if number < 2 else f"{number} days"
    side = "of" if day == 0 else "before" if day < 0 else "after"
    return f"{days} {side} {WORDS[Anchor(anchor)]} at {at:%H:%M}"


def from_words(text: str) -> Moment:
    """Raises Invalid with what would be right."""
    said = " ".join(text.split())
    found = _CALENDAR.fullmatch(said)
    if found is not None:
        return _calendar(said, found)
    if _LOOKS_LIKE_A_DAY.search(said):
        raise _wrong(said)
    try:
        anchor, offset = moments.from_words(said)
    except Invalid as invalid:
        if "no due time" in invalid.sentence:
            raise _wrong(said) from None
        raise
    if offset is None:
        raise Invalid(f"Say when it leaves; {HOW}.")
    return anchor, offset, None, None


def _calendar(said: str, found: re.Match[str]) -> Moment:
    anchors = {word.casefold(): anchor for anchor, word in WORDS.items()}
    anchor = anchors.get(found["anchor"].casefold())
    hour, minute, number = int(found["hour"]), int(found["minute"]), int(found["days"] or 1)
    side = found["side"].casefold()
    if anchor is None or hour > 23 or minute > 59 or (side == "of" and found["days"]):
        raise _wrong(said)
    if number > MOST_DAYS:
        raise Invalid(f"A message leaves at most {MOST_DAYS} days from its moment.")
    days = {"before": -number, "of": 0, "after": number}[side]
    return anchor.value, timedelta(0), days, time(hour, minute)


def _wrong(said: str) -> Invalid:
    return Invalid(f"“{said[:60]}” is no time of a message; {HOW}.")
