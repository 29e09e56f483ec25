"""JSON reports as a stream of values: whole findings one at a time, never the whole report.

Some tools print log lines before or after the document; those are passed over and told. A second
document is none of them: two reports in one file are told apart by whoever hands them in.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO, TextIO

import ijson
from ijson.common import ObjectBuilder

from gates.probes.documents import Unreadable
from gates.readers.text import as_text

DEEPEST = 60
MOST_LOG_LINES = 1000
LONGEST_LINE = 1_000_000
BEGINS = re.compile(r"\s*(?:\{|\[\s*(?:[{\]]|$))")
NOT_TEXT = "The report is neither UTF-8 nor marked as UTF-16."
SECOND = (
    "A second JSON document follows the first; hand each report in by itself, without log lines"
    " in JSON."
)
OPENS, CLOSES = ("start_map", "start_array"), ("end_map", "end_array")
PLAIN = ("null", "boolean", "number", "string")


def mapping(value: Any) -> Mapping[str, Any]:
    """The object that a well-formed report has here, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


class Document:
    """A report's JSON; `log` is what stood before it, line by line, once it was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.log: list[str] = []
        self._text: TextIO = as_text(stream)
        self._first = ""
        # What ijson was given last, and whether a line begins with it.
        self._handed, self._begins_a_line = "", False

    def values(self, whole: Collection[str]) -> Iterator[tuple[str, Any]]:
        """Every plain value with its path, and every value at the paths in `whole` in one piece.

        Others begin as an empty object or list, and an object ends as `(path + "}", None)`, so
        that what belongs together is known. Raises `Unreadable` for what is no whole JSON.
        """
        builder: ObjectBuilder | None = None
        inside, depth = 0, 0
        for path, event, value in self._events():
            depth += (event in OPENS) - (event in CLOSES)
            if depth > DEEPEST:
                raise Unreadable("The report is JSON that is nested too deeply.")
            if builder is not None:
                builder.event(event, value)
                if event in CLOSES and depth == inside:
                    yield path, builder.value
                    builder = None
            elif path in whole and event in OPENS:
                builder, inside = ObjectBuilder(), depth - 1
                builder.event(event, value)
            elif event in PLAIN:
                yield path, value
            elif event in OPENS:
                yield path, {} if event == "start_map" else []
            elif event == "end_map":
                yield f"{path}}}", None

    def _events(self) -> Iterator[tuple[str, str, Any]]:
        """ijson's events of the one document; what follows it is the tool's talk, and no JSON."""
        self._first = self._begin()
        depth, is_over, event = 0, False, ""
        try:
            for path, event, value in ijson.parse(self, multiple_values=True, buf_size=16384):
                if is_over:
                    break
                if isinstance(value, Decimal) and not value.is_finite():
                    raise Unreadable(f"The report says {value}, which is no number.")
                yield path, event, value
                depth += (event in OPENS) - (event in CLOSES)
                is_over = depth == 0
        except (ijson.JSONError, UnicodeError) as error:
            if not is_over:
                raise Unreadable(_broken(error)) from error
        if event == "start_map" or self._goes_on():
            raise Unreadable(SECOND)

    def _goes_on(self) -> bool:
        """Whether another document begins somewhere behind the tool's talk.

        Some talk is JSON by its first word, such as “[INFO]” or a number, and some is none.
        """
        try:
            handed = (self._handed + self._text.readline(LONGEST_LINE)).splitlines()
            if any(line.startswith("{") for line in handed[not self._begins_a_line :]):
                return True
            while line := self._text.readline(LONGEST_LINE):
                if line.startswith("{"):
                    return True
        except UnicodeError:
            pass
        return False

    def read(self, size: int = -1) -> bytes:
        """For ijson: the line that begins the document, then all that follows."""
        if size == 0:
            return b""
        self._begins_a_line = self._handed.endswith("\n")
        self._handed, self._first = self._first or self._text.read(size), ""
        return self._handed.encode()

    def _begin(self) -> str:
        try:
            for _ in range(MOST_LOG_LINES):
                line = self._text.readline(LONGEST_LINE)
                if not line or BEGINS.match(line):
                    break
                if line.strip():
                    self.log.append(line.strip())
        except UnicodeError as error:
            raise Unreadable(NOT_TEXT) from error
        if not line or not BEGINS.match(line):
            said = f"; it begins with “{self.log[0][:80]}”" if self.log else ": it is empty"
            raise Unreadable(f"The report holds no JSON document{said}.")
        return line


def _broken(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return NOT_TEXT
    return f"The report is no whole JSON: {str(error).splitlines()[0]}."
