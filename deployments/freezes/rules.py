"""Rules of iCalendar (RFC 5545, RRULE) as freezes may have them: by whole days, never oftener."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

LONGEST_RULE = 200
LAST_YEAR = 9999
BY_DAYS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
OFTENER = ("HOURLY", "MINUTELY", "SECONDLY")
TIMES_OF_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
EXAMPLE = "such as FREQ=WEEKLY;BYDAY=FR"
NUMBER = r"[+-]?0{0,2}[1-9]\d{0,2}"
WEEKDAY = "MO|TU|WE|TH|FR|SA|SU"
SHAPES = {
    "FREQ": re.compile("|".join(BY_DAYS)),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,3}"),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?"),
    "BYDAY": re.compile(rf"(([+-]?[1-9]\d?)?({WEEKDAY})(,|$))+"),
    "BYMONTH": re.compile(r"((1[0-2]|0?[1-9])(,|$))+"),
    "WKST": re.compile(WEEKDAY),
    **{
        name: re.compile(rf"({NUMBER}(,|$))+")
        for name in ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
    },
}
COUNTED_WEEKDAY = re.compile(r"\d")


class RuleError(ValueError):
    """One sentence that says what is wrong with a rule, and what would be right."""


def read(text: str) -> Mapping[str, str]:
    """The parts of a rule by name; RuleError says what a freeze cannot have."""
    if len(text) > LONGEST_RULE:
        raise RuleError(f"A rule has {LONGEST_RULE} characters at most; shorten it.")
    parts: dict[str, str] = {}
    for part in tidied(text).split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise RuleError(f"“{part}” is no part of a rule; write NAME=value, {EXAMPLE}.")
        if name in parts:
            raise RuleError(f"The rule says {name} twice; keep one of them.")
        _refuse_oftener(name, value)
        if name not in SHAPES:
            raise RuleError(f"“{name}” is no part of a rule; {', '.join(SHAPES)} are.")
        if not SHAPES[name].fullmatch(value) or value.endswith(","):
            raise RuleError(f"“{value}” is nothing that {name} can be; write a rule {EXAMPLE}.")
        parts[name] = value
    _refuse_contradiction(parts)
    return parts


def tidied(text: str) -> str:
    """As it is stored: capitals, no spaces, without the name that calendars put in front."""
    return "".join(text.upper().split()).removeprefix("RRULE:").strip(";")


def until_of(text: str, place: ZoneInfo) -> datetime | None:
    """The last moment, on the wall clock of the zone, at which the rule still begins a window."""
    said = read(text).get("UNTIL") if text else None
    if said is None:
        return None
    stamp = _stamp(said)
    if not said.endswith("Z"):
        return stamp
    return stamp.replace(tzinfo=UTC).astimezone(place).replace(tzinfo=None)


def _stamp(said: str) -> datetime:
    """A day without a time means its last moment."""
    found: datetime | None
    try:
        if "T" in said:
            found = datetime.strptime(said.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local
        else:
            day = datetime.strptime(said, "%Y%m%d")  # noqa: DTZ007 - local
            found = datetime.combine(day, time.max)
    except ValueError:
        found = None
    # Away from the edges of the calendar, so that no zone leads over them.
    if found is None or not 1 < found.year < LAST_YEAR:
        raise RuleError(f"“{said}” is no day; write UNTIL as 20271231 or 20271231T180000.")
    return found


def _refuse_oftener(name: str, value: str) -> None:
    if name == "FREQ" and value in OFTENER:
        raise RuleError(
            f"FREQ={value} is too often for a freeze, which repeats by the day at most; use "
            f"{', '.join(BY_DAYS[:-1])} or {BY_DAYS[-1]}, and say by the end how long it holds."
        )
    if name in TIMES_OF_DAY:
        raise RuleError(
            f"Leave {name} out: every window begins at the time of day of the first one."
        )


def _refuse_contradiction(parts: Mapping[str, str]) -> None:
    if "FREQ" not in parts:
        raise RuleError(f"The rule does not say how often; add FREQ, {EXAMPLE}.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError("The rule ends by COUNT and by UNTIL; keep one of them.")
    counted = COUNTED_WEEKDAY.search(parts.get("BYDAY", ""))
    if counted and parts["FREQ"] not in {"MONTHLY", "YEARLY"}:
        raise RuleError(
            "Only a monthly or yearly rule counts weekdays; write BYDAY=MO, or FREQ=MONTHLY."
        )
    if "UNTIL" in parts:
        _stamp(parts["UNTIL"])
