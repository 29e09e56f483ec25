"""Times in a letter: on one reader's clock, with days and months in their language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat, translation
from django.utils.formats import get_format
from django.utils.html import format_html

from communications.models.stakeholders import LANGUAGE

# As the portal itself writes them; other languages have orders of their own.
LONG, SHORT = "l j F Y", "D j M"


@dataclass(frozen=True)
class Clock:
    """`marks` what is not in the letter's own language, so that it is read aloud in its own."""

    place: ZoneInfo
    language: str = LANGUAGE
    marks: bool = False

    def moment(self, at: datetime | None) -> str:
        """Such as “Tuesday 24 November 2026, 10:00”; nothing for a time that is not known."""
        return self._marked(self._said(at, self._long())) if at else ""

    def day(self, at: datetime | None) -> str:
        """Such as “Tue 24 Nov, 10:00”."""
        return self._marked(self._said(at, self._short())) if at else "time not set"

    def span(self, start: datetime | None, end: datetime | None) -> str:
        """From when to when, naming the second day only where it differs."""
        if start is None or end is None:
            return "not set yet"
        first, last = start.astimezone(self.place), end.astimezone(self.place)
        until = f"{last:%H:%M}"
        if first.date() != last.date():
            own = self.language == LANGUAGE
            until = self._marked(self._said(end, "l j F" if own else self._long()))
        said = self.moment(start)
        return format_html("{} to {}", said, until) if self.marks else f"{said} to {until}"

    def beside(self, at: datetime | None, home: str) -> str:
        """The planner's own clock where it shows another time than this one; with its day if so."""
        if at is None:
            return ""
        here, there = at.astimezone(self.place), at.astimezone(ZoneInfo(home))
        if here.utcoffset() == there.utcoffset():
            return ""
        if here.date() == there.date():
            return f"{there:%H:%M} in {home}"
        said = Clock(ZoneInfo(home), self.language, self.marks).day(at)
        return format_html("{} in {}", said, home) if self.marks else f"{said} in {home}"

    def _said(self, at: datetime, order: str) -> str:
        with translation.override(self.language):
            return dateformat.format(at.astimezone(self.place), f"{order}, H:i")

    def _long(self) -> str:
        return LONG if self.language == LANGUAGE else f"l, {self._order('DATE_FORMAT')}"

    def _short(self) -> str:
        return SHORT if self.language == LANGUAGE else f"D, {self._order('MONTH_DAY_FORMAT')}"

    def _order(self, name: str) -> str:
        return str(get_format(name, lang=self.language, use_l10n=True))

    def _marked(self, said: str) -> str:
        if not self.marks or self.language == LANGUAGE:
            return said
        return format_html('<span lang="{}" dir="auto">{}</span>', self.language, said)


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        return False
    return True
