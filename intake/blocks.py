"""What a document is made of before anybody asks what it means: blocks with their source lines."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ENTRY = "list entry"
    LABEL = "label"
    ROW = "table row"
    KEY_LINE = "key line"
    COMMENT = "shell comment"
    COMMAND = "command"
    CODE = "code"
    QUOTED = "line of a quoted template"
    MARKUP = "markup"
    STRUCTURE = "structure"


class Box(StrEnum):
    OPEN = "open"
    HALF = "half"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the document; `line` and `end` are its first and last line, counted from 1.

    `section` is the index of the heading above it. `label` is the line that introduces its list
    (“Migration Steps:”), `language` that of the fence it stands in (None outside fences), `fence`
    the first line of that fence, `parent` the line of the list entry it is nested in. `usual` says
    that every Markdown reader sees its box too. A row of a table has its `cells` and those of the
    `header`; `table` is the line of that header.
    """

    kind: BlockKind
    text: str
    line: int
    end: int
    section: int | None = None
    label: str = ""
    language: str | None = None
    fence: int | None = None
    box: Box | None = None
    ordered: bool = False
    depth: int = 0
    parent: int | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    usual: bool = True
    table: int | None = None
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def lines(self) -> range:
        return range(self.line, self.end + 1)


@dataclass(frozen=True, slots=True)
class Heading:
    """A section; its path starts at the outermost heading above it, the document title."""

    title: str
    level: int
    line: int
    path: tuple[str, ...]
    parent: int | None
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    lines: tuple[str, ...]
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    languages: tuple[str, ...] = field(default=())


_CODE_MARK = re.compile(r"`+")


def plain(text: str) -> str:
    """Take strong emphasis and code marks off a title; underscores stay, they belong to keys."""
    return " ".join(_CODE_MARK.sub("", text.replace("**", "")).split())


def lowered(text: str) -> str:
    """Small letters; the dot that a Turkish İ leaves behind is no letter of its own."""
    return text.lower().replace("i\u0307", "i")


def slug(text: str, separator: str = "_") -> str:
    """Make a key of a title: “Target Environment” becomes `target_environment`."""
    words = re.findall(r"[^\W_]+", plain(text).lower())
    return separator.join(words)[:80].strip(separator)
