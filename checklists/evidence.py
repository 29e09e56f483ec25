"""What a person hands over as evidence, before it has a row."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from checklists import shelf, sniffing
from checklists.enums import EvidenceKind

LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 200


@dataclass(frozen=True)
class Given:
    """One piece of evidence; only what belongs to its kind is filled."""

    kind: EvidenceKind
    text: str = ""
    url: str = ""
    number: Decimal | None = None
    unit: str = ""
    file: UploadedFile | None = None

    @property
    def file_name(self) -> str:
        return safe_name(self.file.name or "") if self.file else ""

    @property
    def file_size(self) -> int:
        return (self.file.size or 0) if self.file else 0

    def sniffed(self) -> str:
        """What the file is by its content; empty without a file."""
        if self.file is None:
            return ""
        self.file.seek(0)
        return sniffing.sniff(self.file.read(sniffing.HEAD))


def safe_name(name: str) -> str:
    """The name as a page may show it: no path, nothing invisible that turns it round."""
    plain = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    last = PurePosixPath(plain.replace("\\", "/")).name.strip()
    stem, dot, extension = last.rpartition(".")
    if len(last) > LONGEST_NAME and len(extension) < 20:
        last = stem[: LONGEST_NAME - len(extension) - 1] + dot + extension
    return last[:LONGEST_NAME] or "file"


def keep(given: Given) -> dict[str, Any]:
    """The fields of its row; a file is on disk when this returns."""
    fields: dict[str, Any] = {
        "kind": given.kind,
        "text": given.text,
        "url": given.url,
        "number": given.number,
        "unit": given.unit,
    }
    if given.file is None:
        return fields
    content_type = given.sniffed()
    given.file.seek(0)
    return fields | {
        "file_name": given.file_name,
        "content_type": content_type,
        "size": given.file_size,
        "sha256": shelf.keep(given.file.chunks()),
    }


def recorded(fields: dict[str, Any]) -> dict[str, Any]:
    """What history says of it: enough to prove that the row still says the same."""
    said = {name: str(value) for name, value in fields.items() if value not in ("", None)}
    if text := said.pop("text", ""):
        said["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    return said
