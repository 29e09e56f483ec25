"""The document tree: CommonMark with GFM tables and task lists, as blocks with source lines.

Only the block rules of markdown-it-py run; text inside a block stays as it was written. A task
box is what GFM takes for one: `[ ]`, `[x]` or `[X]` and a blank at the start of the first
paragraph of a list item. Inside fences a list line with such a box counts (see fences.py).
"""

import re
from dataclasses import replace
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.token import Token

from intake.blocks import Block, BlockKind, Box, Document
from intake.fences import fence_blocks
from intake.headings import Outline, clean_heading
from intake.lists import ListStack
from intake.prelude import KEY_LINE, prelude_blocks

TASK = re.compile(r"\[([ xX])\][ \t\n\v\f\r]+(?=[^ \t\n\v\f\r])")
LABEL = re.compile(r"\S.{0,200}:\s*(?:\*\*|__)?", re.DOTALL)
MARKERS_ONLY = re.compile(r"[\s>*+\-\d.):|]*")
DEEPEST = 60

_READER = MarkdownIt("commonmark", {"inline_definitions": True, "maxNesting": DEEPEST})
_READER.enable("table")
_READER.core.ruler.enableOnly(["normalize", "block"])


def parse(text: str) -> Document:
    """Read a text into blocks; every line of a block belongs to that block alone."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
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
            elif token.map is not None and kind in _HANDLERS:
                _HANDLERS[kind](self, token, tokens[index + 1 : index + 2])

    def add(self, kind: BlockKind, text: str, line: int, end: int, **more: object) -> None:
        block = Block(kind, text, line, end, self.outline.current, self.lists.label or self.label)
        block = replace(block, depth=self.lists.depth, parent=self.lists.parent)
        self.blocks.append(replace(block, **more))  # type: ignore[arg-type]

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
        elif LABEL.fullmatch(content) and "\n" not in content:
            self.introduce(content)
            self.add(BlockKind.LABEL, content, _first(token), _last(token))
        else:
            self.label = "" if not self.lists.depth else self.label
            self.prose(content, _first(token), _last(token))

    def entry(self, content: str, line: int, end: int) -> None:
        task = TASK.match(content)
        box = None if task is None else (Box.OPEN if task[1] == " " else Box.DONE)
        text = " ".join(content[task.end() if task else 0 :].split())
        self.add(
            BlockKind.ENTRY, text, line, end, box=box, ordered=self.lists.ordered,
            parent=self.lists.outer, label=self.lists.outer_label or self.label,
        )  # fmt: skip
        self.lists.name(text if text.endswith(":") or (box is None and _is_bold(text)) else "")

    def introduce(self, content: str) -> None:
        if self.lists.depth:
            self.lists.name(content)
        else:
            self.label = content

    def prose(self, content: str, first: int, last: int) -> None:
        """Keep a paragraph whole, but give each key line a block of its own."""
        rows = content.split("\n")
        if len(rows) != last - first + 1:  # blank lines at its edges; cannot be told apart
            self.add(BlockKind.PARAGRAPH, content, first, last)
            return
        pending: list[tuple[int, str]] = []
        for number, row in zip(count(first), rows, strict=False):
            if row.lstrip().startswith("**") or KEY_LINE.fullmatch(row.strip()):
                self.flush(pending)
            pending.append((number, row.strip()))
        self.flush(pending)

    def flush(self, pending: list[tuple[int, str]]) -> None:
        if pending:
            text = "\n".join(row for _, row in pending)
            self.add(BlockKind.PARAGRAPH, text, pending[0][0], pending[-1][0])
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
        for number, row in zip(count(_first(token)), token.content.split("\n"), strict=False):
            if row.strip():
                self.add(BlockKind.MARKUP, row.strip(), number, number)

    def row(self, token: Token, _following: list[Token]) -> None:
        text = self.lines[_first(token) - 1].strip()
        self.add(BlockKind.ROW, text, _first(token), _last(token))

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
    "tr_open": _Walk.row,
    "definition": _Walk.definition,
}
