"""A document under review as it stands: read, with the corrections that hold."""

from __future__ import annotations

from intake import markdown, whole
from intake.as_json import of_kept
from intake.encodings import decode
from intake.models import LineCorrection, SourceDocument
from intake.reading import Reading
from intake.review.corrections import corrected
from intake.review.kinds import Correction
from intake.structured import documents
from intake.understanding import Understood, format_of


def is_structured(document: SourceDocument) -> bool:
    """YAML and JSON say exactly what they mean; there is nothing to correct."""
    return format_of(document.name) is not None


def reading_of(document: SourceDocument) -> Reading:
    """What the portal read, before anybody corrected it."""
    return of_kept(document.reading)


def lines_of(document: SourceDocument) -> list[str]:
    return markdown.lines_of(decode(bytes(document.body)).text)


def newest_corrections(document: SourceDocument) -> list[LineCorrection]:
    """One for each line that is not as it was read, with who said so."""
    by_line = {one.line: one for one in document.corrections.select_related("role", "made_by")}
    return [one for one in by_line.values() if one.says_something]


def corrections_of(document: SourceDocument) -> list[Correction]:
    return [
        Correction(
            one.line, one.kind, one.section, one.role.key if one.role else "",
            one.role.title if one.role else "", one.condition,
        )
        for one in newest_corrections(document)
    ]  # fmt: skip


def environment_of(document: SourceDocument) -> str:
    """What the document calls the place it goes to; empty if it does not say."""
    if is_structured(document):
        return str(document.reading["deployment"].get("environment", ""))
    facts = document.reading["facts"]
    return next((str(one["value"]) for one in facts if one["key"] == "environment"), "")


def understood_of(document: SourceDocument) -> Understood:
    """What is written when a deployment or a template is made of it."""
    decoded = decode(bytes(document.body))
    if is_structured(document):
        said = document.reading
        return Understood(document.name, decoded, documents.whole_of(said), said)
    reading = corrected(
        reading_of(document), corrections_of(document), markdown.lines_of(decoded.text)
    )
    plan = whole.of_reading(reading)
    return Understood(document.name, decoded, plan, document.reading, reading)
