"""Due times in words, such as “26 h before T0”: written for people and read from them."""

import re
from datetime import timedelta

from deployments.conditions import ConditionError, length, seconds
from deployments.enums import Anchor
from deployments.exceptions import Invalid

WORDS: dict[Anchor, str] = {
    Anchor.T0: "T0",
    Anchor.START: "start",
    Anchor.COMPLETE: "completion",
    Anchor.DECISION: "decision",
    Anchor.WATCH_END: "end of the watch",
}
LONGEST_OFFSET = timedelta(days=366)
_MOMENT = re.compile(
    r"(?:at|(?P<length>.+?)\s+(?P<side>before|after))\s+(?:the\s+)?(?P<anchor>.+)", re.IGNORECASE
)
HOW = "write it such as “26 h before T0”, “30 min after start” or “at completion”"


def in_words(anchor: str, offset: timedelta | None) -> str:
    """Nothing where nothing is due."""
    if not anchor or offset is None:
        return ""
    moment = WORDS[Anchor(anchor)]
    if not offset:
        return f"at {moment}"
    side = "before" if offset < timedelta(0) else "after"
    return f"{length(int(abs(offset).total_seconds()))} {side} {moment}"


def from_words(text: str) -> tuple[str, timedelta | None]:
    """The anchor and the offset from it; raises Invalid with what would be right."""
    said = " ".join(text.split())
    if not said:
        return "", None
    found = _MOMENT.fullmatch(said)
    anchors = {word.casefold(): anchor for anchor, word in WORDS.items()}
    anchor = anchors.get(found["anchor"].casefold()) if found else None
    if found is None or anchor is None:
        raise Invalid(f"“{said[:60]}” is no due time; {HOW}.")
    if not found["length"]:
        return anchor.value, timedelta(0)
    try:
        offset = timedelta(seconds=seconds(found["length"]))
    except ConditionError as error:
        raise Invalid(f"{error} For a due time, {HOW}.") from None
    if offset > LONGEST_OFFSET:
        raise Invalid("A due time lies at most a year from its moment; choose a nearer one.")
    return anchor.value, -offset if found["side"].casefold() == "before" else offset
