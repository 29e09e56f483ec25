"""The document tree: CommonMark with GFM tables and task lists, as blocks with source lines.

Only the block rules of markdown-it-py run; text inside a block stays as it was written. A task
box is what GFM takes for one: `[ ]`, `[x]` or `[X]` and a blank at the start of the first
paragraph of a list item. Other ways to write a box are read too (see boxes.py), and inside fences
the lists (see fences.py).
"""

import re
from dataclasses import replace
from itertools import count
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from intake.blocks import Block, BlockKind, Document
from intake.boxes import bare_box, box_in_cell, box_of_entry, parts_between_boxes, uses_symbols
from intake.comments import without_comments
from intake.fences import fence_blocks
from intake.headings import Outline, clean_heading
from intake.lists import ListStack
from intake.prelude import KEY_LINE, prelude_blocks
from intake.tables import cells_of

LABEL = re.compile(r"\S.{0,200}[:：]\s*(?:\*\*|__)?", re.DOTALL)
MARKERS_ONLY = re.compile(r"[\s>*+\-\d.):|]*")
DEEPEST = 60

_READER = MarkdownIt("commonmark", {"inline_definitions": True, "maxNesting": DEEPEST})
_READER.enable("table")
_READER.core.ruler.enableOnly(["normalize", "block"])


def lines_of(text: str) -> list[str]:
    """As they are counted everywhere, from 1."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def parse(text: str) -> Document:
    """Read a text into blocks; every line of a block belongs to that block alone."""
    lines = lines_of(text)
    front, body = prelude_blocks(lines)
    walk = _Walk(lines)
    walk.blocks.extend(front)
    walk.through(_READER.parse("\n".join(body)))
    walk.sweep_up()
    blocks = sorted(walk.blocks, key=lambda block: (block.line, block.end))
    return Document(tuple(lines), walk.outline.headings, tuple(blocks), tuple(walk.languages))


class _Walk:
    """One pass over the tokens; it remembers the open lists, the label and the section."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.blocks: list[Block] = []
        self.outline = Outline()
        self.languages: list[str] = []
        self.lists = ListStack()
        self.label = ""
        self.symbols = uses_symbols(lines)
        self.table = Block(BlockKind.ROW, "", 0, 0)

    def through(self, tokens: list[Token]) -> None:
        for index, token in enumerate(tokens):
            kind = token.type
            if kind in ("bullet_list_open", "ordered_list_open"):
                self.lists.open(ordered=kind == "ordered_list_open")
            elif kind in ("bullet_list_close", "ordered_list_close"):
                self.lists.close()
            elif kind == "list_item_open":
                self.lists.enter(_first(token))
            elif kind == "list_item_close":
                self.lists.leave()
            elif kind == "tr_open":
                self.row(token, cells_of(tokens, index))
            elif kind == "thead_open":
                self.table = Block(BlockKind.ROW, "", 0, 0)
            elif token.map is not None and kind in _HANDLERS:
                _HANDLERS[kind](self, token, tokens[index + 1 : index + 2])

    def add(self, kind: BlockKind, text: str, line: int, end: int, **more: Any) -> None:
        about: dict[str, Any] = {
            "section": self.outline.current, "label": self.lists.label or self.label,
            "depth": self.lists.depth, "parent": self.lists.parent,
        }  # fmt: skip
        self.blocks.append(Block(kind, text, line, end, **(about | more)))

    def heading(self, token: Token, following: list[Token]) -> None:
        title, attributes = clean_heading(following[0].content)
        line, end = _first(token), _last(token)
        self.outline.add(title, int(token.tag[1]), line, attributes)
        self.label = ""
        self.add(BlockKind.HEADING, title, line, end, attributes=attributes)

    def paragraph(self, token: Token, following: list[Token]) -> None:
        content = following[0].content
        item = self.lists.take_first()
        if item is not None:
            self.entry(content, item, _last(token))
        elif LABEL.fullmatch(content) and "\n" not in content and not self.bare(content):
            self.introduce(content)
            self.add(BlockKind.LABEL, content, _first(token), _last(token))
        elif not self.lists.depth and _is_bold(content) and "\n" not in content:
            self.label = content
            self.add(BlockKind.LABEL, content, _first(token), _last(token))
        else:
            row = content.rpartition("\n")[2]
            self.label = (
                (row if LABEL.fullmatch(row) else "") if not self.lists.depth else self.label
            )
            self.prose(content, _first(token), _last(token))

    def entry(self, content: str, line: int, end: int) -> None:
        """A list line; a further line of it that begins with a box is an entry of its own."""
        rows = content.split("\n")
        further = [n for n, row in enumerate(rows) if n and self.bare(row)]
        if further and "".join(rows[: further[0]]).strip() in ("[ ]", "[x]", "[X]"):
            further = further[1:]  # a box whose text comes below it
        own = len(rows)
        if further and len(rows) == end - line + 1:
            own = further[0]
        self.own_entry("\n".join(rows[:own]), line, end if own == len(rows) else line + own - 1)
        if own < len(rows):
            self.prose("\n".join(rows[own:]), line + own, end)

    def own_entry(self, content: str, line: int, end: int) -> None:
        boxed = box_of_entry(content, symbols=self.symbols)
        text = " ".join(without_comments(boxed.text if boxed else content).split())
        self.add(
            BlockKind.ENTRY, text, line, end, box=boxed.box if boxed else None,
            usual=boxed is None or boxed.usual, ordered=self.lists.ordered,
            parent=self.lists.outer, label=self.lists.outer_label or self.label,
        )  # fmt: skip
        names = text.endswith((":", "：")) or (boxed is None and _is_bold(text))
        self.lists.name(text if names else "")

    def bare(self, row: str) -> bool:
        return bare_box(row.strip(), symbols=self.symbols) is not None

    def introduce(self, content: str) -> None:
        if self.lists.depth:
            self.lists.name(content)
        else:
            self.label = content

    def prose(self, content: str, first: int, last: int) -> None:
        """Keep a paragraph whole, but give each key line and each box a block of its own."""
        rows = content.split("\n")
        if len(rows) != last - first + 1:  # blank lines at its edges; cannot be told apart
            self.add(BlockKind.PARAGRAPH, content, first, last)
            return
        pending: list[tuple[int, str]] = []
        for number, row in zip(count(first), rows, strict=False):
            if self.begins_anew(row.strip()):
                self.flush(pending)
            pending.append((number, row.strip()))
        self.flush(pending)

    def begins_anew(self, row: str) -> bool:
        if row.startswith("**") or KEY_LINE.fullmatch(row) or self.bare(row):
            return True
        return len(parts_between_boxes(row)) > 2

    def flush(self, pending: list[tuple[int, str]]) -> None:
        if not pending:
            return
        text = "\n".join(row for _, row in pending)
        boxed = bare_box(text, symbols=self.symbols)
        kind = BlockKind.ENTRY if boxed else BlockKind.PARAGRAPH
        own = " ".join(without_comments(boxed.text).split()) if boxed else text
        box = boxed.box if boxed else None
        self.add(kind, own, pending[0][0], pending[-1][0], box=box, usual=boxed is None)
        pending.clear()

    def fence(self, token: Token, _following: list[Token]) -> None:
        self.lists.take_first()
        frame = Block(
            BlockKind.STRUCTURE, "", _first(token), _last(token), self.outline.current,
            label=self.lists.label or self.label, depth=self.lists.depth, parent=self.lists.parent,
        )  # fmt: skip
        language = token.info.split()[0].lower() if token.info.split() else ""
        self.languages.append(language)
        self.blocks.extend(fence_blocks(token.content, replace(frame, language=language)))

    def code(self, token: Token, _following: list[Token]) -> None:
        self.lists.take_first()
        self.add(BlockKind.CODE, token.content, _first(token), _last(token))

    def html(self, token: Token, _following: list[Token]) -> None:
        self.lists.take_first()
        if token.content.lstrip().startswith("<!--"):
            self.structure(token, [])
            return
        seen = without_comments(token.content).split("\n")
        for number, row in zip(count(_first(token)), seen, strict=False):
            if row.strip():
                self.add(BlockKind.MARKUP, row.strip(), number, number)
            elif number <= _last(token) and self.lines[number - 1].strip():
                self.add(BlockKind.STRUCTURE, "a comment", number, number)

    def row(self, token: Token, cells: tuple[str, ...]) -> None:
        line = _first(token)
        head = not self.table.header
        if head:
            self.table = Block(BlockKind.ROW, "", line, line, header=cells)
        text = self.lines[line - 1].strip()
        boxed = None if head else next(filter(None, map(box_in_cell, cells)), None)
        self.add(
            BlockKind.ROW, text, line, _last(token), box=boxed.box if boxed else None,
            usual=boxed is None, table=self.table.line, header=self.table.header, cells=cells,
        )  # fmt: skip

    def structure(self, token: Token, _following: list[Token]) -> None:
        self.lists.take_first()
        text = self.lines[_first(token) - 1].strip()
        self.add(BlockKind.STRUCTURE, text, _first(token), _last(token))

    def definition(self, token: Token, _following: list[Token]) -> None:
        self.add(BlockKind.PARAGRAPH, "link definition", _first(token), _last(token))

    def sweep_up(self) -> None:
        """Lines of bare markers (an empty item, a quoted blank, a table rule) are structure."""
        taken = {line for block in self.blocks for line in block.lines}
        for number, row in enumerate(self.lines, start=1):
            if number not in taken and row.strip() and MARKERS_ONLY.fullmatch(row):
                self.blocks.append(Block(BlockKind.STRUCTURE, row.strip(), number, number))


def _first(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def _last(token: Token) -> int:
    return token.map[1] if token.map else 0


def _is_bold(text: str) -> bool:
    return len(text) > 4 and text.startswith("**") and text.endswith("**")


_HANDLERS = {
    "heading_open": _Walk.heading,
    "paragraph_open": _Walk.paragraph,
    "fence": _Walk.fence,
    "code_block": _Walk.code,
    "html_block": _Walk.html,
    "hr": _Walk.structure,
    "definition": _Walk.definition,
}
