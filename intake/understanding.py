"""A document of any kind, understood: Markdown by reading, YAML and JSON by their schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from deployments.exceptions import Invalid
from intake import whole
from intake.as_json import kept
from intake.encodings import Decoded, UnreadableError, decode
from intake.fitting import require_fit
from intake.reader import Told, read, tell_nobody
from intake.reading import Reading
from intake.structured import documents
from intake.structured.text import FORMATS, Format
from intake.whole import Whole

PARTS = (
    "sections", "items", "gates", "rules", "polled", "targets", "alerts", "triggers", "widgets",
    "messages",
)  # fmt: skip


@dataclass(frozen=True)
class Understood:
    """`said` is kept beside the original; `reading` is that of Markdown only."""

    name: str
    decoded: Decoded
    whole: Whole
    said: dict[str, Any]
    reading: Reading | None = None

    @property
    def service(self) -> str | None:
        """Only a structured document names the service by its key."""
        return None if self.reading else self.whole.facts.get("service")

    @property
    def title(self) -> str:
        sections = self.reading.sections if self.reading else ()
        return sections[0].title if sections else self.name

    def require_room(self) -> None:
        """A structured document is held to its lengths by the schema."""
        if self.reading:
            require_fit(self.reading)


def understood(source: bytes, name: str, told: Told = tell_nobody) -> Understood:
    """Raises Invalid with one sentence that says where it cannot be understood.

    `told` hears how much of a Markdown document is read, in percent.
    """
    try:
        decoded = decode(source)
    except UnreadableError as error:
        raise Invalid(str(error)) from None
    kind = format_of(name)
    if kind is not None:
        document = documents.read(decoded.text, kind)
        return Understood(name, decoded, documents.whole_of(document), document)
    reading = read(decoded.text, told)
    return Understood(name, decoded, whole.of_reading(reading), kept(reading), reading)


def counts(whole: Whole) -> str:
    """A structured document says everything itself; how much of it is enough here."""
    return "\n".join(f"{len(getattr(whole, name)):>5} {name}" for name in PARTS)


def format_of(name: str) -> Format | None:
    """By the file's ending; everything else is Markdown."""
    return FORMATS.get(PurePath(name).suffix.lower())
