"""The lines inside a fence: lists and labels, shell comments and commands, quoted templates."""

import re
from collections.abc import Iterator
from dataclasses import replace

from intake.blocks import Block, BlockKind, Box

SHELLS = frozenset(
    [
        "bash", "sh", "shell", "zsh", "fish", "ksh", "console", "shell-session", "terminal",
        "cmd", "bat", "batch", "powershell", "ps1", "pwsh",
    ]
)  # fmt: skip
LISTS = frozenset(["", "yaml", "yml", "text", "txt", "plain", "plaintext"])
TEMPLATES = frozenset(["markdown", "md", "mdx", "gfm"])

LIST_LINE = re.compile(r"(\s*)([-*+]|\d{1,9}[.)])[ \t]+(?:\[([ xX])\](?=\s|$))?(.*)")
LABEL_LINE = re.compile(r"\s*[^\s#\-*+].{0,200}:\s*")
PROMPT = re.compile(r"\$\s+")


def fence_blocks(content: str, frame: Block) -> Iterator[Block]:
    """Read the content of a fence; `frame` has its lines, section, label, language and depth."""
    rows = content.split("\n")[:-1] if content.endswith("\n") else content.split("\n")
    yield replace(frame, end=frame.line, text="start of a fence", language=None)
    if frame.end > frame.line + len(rows) or (frame.end > frame.line and not content):
        yield replace(frame, line=frame.end, text="end of a fence", language=None)
    language = frame.language or ""
    inner = replace(frame, fence=frame.line, depth=frame.depth + 1)
    if language in TEMPLATES:
        yield from _template(rows, inner)
    elif language in SHELLS:
        yield from _shell(rows, inner)
    else:
        yield from _listing(rows, inner, is_list=language in LISTS)


def _numbered(rows: list[str], frame: Block) -> Iterator[tuple[Block, str]]:
    for number, row in enumerate(rows, start=frame.line + 1):
        if row.strip() and number <= frame.end:
            yield replace(frame, line=number, end=number), row


def _box(mark: str | None) -> Box | None:
    if mark is None:
        return None
    return Box.OPEN if mark == " " else Box.DONE


def _template(rows: list[str], frame: Block) -> Iterator[Block]:
    for place, row in _numbered(rows, frame):
        line = LIST_LINE.fullmatch(row)
        box = _box(line[3]) if line else None
        yield replace(place, kind=BlockKind.QUOTED, text=row.strip(), box=box)


def _shell(rows: list[str], frame: Block) -> Iterator[Block]:
    """Comments and commands; a command that ends with a backslash goes on in the next line."""
    pending: Block | None = None
    for place, row in _numbered(rows, frame):
        text = row.strip()
        if pending is not None and pending.text.endswith("\\") and not _has_box(text):
            pending = replace(pending, end=place.line, text=f"{pending.text}\n{text}")
            continue
        if pending is not None:
            yield pending
        pending = _shell_line(place, text)
    if pending is not None:
        yield pending


def _has_box(text: str) -> bool:
    line = LIST_LINE.fullmatch(text)
    return line is not None and line[3] is not None


def _shell_line(place: Block, text: str) -> Block:
    line = LIST_LINE.fullmatch(text)
    if line and _has_box(text):
        return replace(place, kind=BlockKind.ENTRY, text=line[4].strip(), box=_box(line[3]))
    if text.startswith("#!"):
        return replace(place, text=text)
    if text.startswith(("#", "REM ", "rem ", "::")):
        return replace(place, kind=BlockKind.COMMENT, text=text.lstrip("#:").strip())
    return replace(place, kind=BlockKind.COMMAND, text=PROMPT.sub("", text, count=1))


def _listing(rows: list[str], frame: Block, *, is_list: bool) -> Iterator[Block]:
    """List lines, labels that end with a colon, and whatever else stands between them."""
    label, pending, indent = frame.label, None, 0
    for place, row in _numbered(rows, frame):
        line = LIST_LINE.fullmatch(row)
        width = len(row) - len(row.lstrip())
        if line and (is_list or line[3] is not None):
            if pending:
                yield pending
            pending, indent = _entry(replace(place, label=label), line), len(line[1])
        elif pending and width > indent:
            text = f"{pending.text} {row.strip()}".strip()
            pending = replace(pending, end=place.line, text=text)
        else:
            if pending:
                yield pending
            pending = None
            named = is_list and LABEL_LINE.fullmatch(row)
            label = row.strip() if named else label
            yield replace(
                place, kind=BlockKind.LABEL if named else BlockKind.CODE, text=row.strip()
            )
    if pending:
        yield pending


def _entry(place: Block, line: re.Match[str]) -> Block:
    return replace(
        place,
        kind=BlockKind.ENTRY,
        text=line[4].strip(),
        box=_box(line[3]),
        ordered=line[2][0].isdigit(),
        depth=place.depth + len(line[1]) // 2,
    )
