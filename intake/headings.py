"""Headings as sections with a path, and the tags that some teams wrap around their titles."""

import re

from intake.blocks import Heading, plain

_WRAPPED = re.compile(r"<([A-Za-z][\w-]*)([^<>]*)>")
_ANCHOR = re.compile(r"<a\b[^<>]*>\s*</a>|<!--[^<>]*-->")
_ATTRIBUTE = re.compile(r"([A-Za-z][\w-]*)\s*=\s*[\"']([^\"']*)[\"']")
DEEPEST_WRAP = 8

Attributes = tuple[tuple[str, str], ...]


def clean_heading(text: str) -> tuple[str, Attributes]:
    """Strip tags that wrap the whole title; `<env>` inside one is a placeholder and stays."""
    text = _ANCHOR.sub("", text).strip()
    attributes: list[tuple[str, str]] = []
    for _ in range(DEEPEST_WRAP):
        opening = _WRAPPED.match(text)
        if opening is None or not text.endswith(f"</{opening[1]}>"):
            break
        attributes += _ATTRIBUTE.findall(opening[2])
        text = text[opening.end() : -len(f"</{opening[1]}>")].strip()
    return plain(text), tuple(attributes)


class Outline:
    """The headings so far; the one above a block is its section."""

    def __init__(self) -> None:
        self._headings: list[Heading] = []
        self._open: list[int] = []

    @property
    def current(self) -> int | None:
        return self._open[-1] if self._open else None

    @property
    def headings(self) -> tuple[Heading, ...]:
        return tuple(self._headings)

    def add(self, title: str, level: int, line: int, attributes: Attributes) -> None:
        while self._open and self._headings[self._open[-1]].level >= level:
            self._open.pop()
        path = (*(self._headings[index].title for index in self._open), title)
        self._headings.append(Heading(title, level, line, path, self.current, attributes))
        self._open.append(len(self._headings) - 1)
