"""The lines inside a fence: lists and labels, shell comments and commands, quoted templates."""

import re
from collections.abc import Iterator
from dataclasses import replace

from intake.blocks import Block, BlockKind, Box
from intake.boxes import bare_box, box_of_entry

SHELLS = frozenset(
    [
        "bash", "sh", "shell", "zsh", "fish", "ksh", "console", "shell-session", "terminal",
        "cmd", "bat", "batch", "powershell", "ps1", "pwsh",
    ]
)  # fmt: skip
LISTS = frozenset(["", "yaml", "yml", "text", "txt", "plain", "plaintext"])
TEMPLATES = frozenset(["markdown", "md", "mdx", "gfm"])

LIST_LINE = re.compile(r"(\s*)([-*+]|\d{1,9}[.)])[ \t]+(.*)")
USUAL_BOX = re.compile(r"\[([ xX])\](?=\s|$)")
LABEL_LINE = re.compile(r"\s*[^\s#\-*+].{0,200}[:：]\s*")
BARE_BOX = re.compile(r"(\s*)()(.*)")
PROMPT = re.compile(r"(?:\$|PS>|[\w.-]{1,40}@[\w.-]{1,40}[:~\w/. -]{0,60}[$#])\s+")
PLAIN = frozenset(["", "text", "txt", "plain", "plaintext"])
PROGRAMS = re.compile(
    r"(?:sudo\s+)?(?:\./\S+|\.\.?/\S+|(?:kubectl|helm|docker|docker-compose|git|gh|npm|npx|yarn|"
    r"pnpm|pip|python3?|cargo|go|make|mvn|gradle|terraform|ansible\S*|aws|gcloud|az|psql|pg_\w+|"
    r"mysql\w*|redis-cli|curl|wget|ssh|scp|rsync|systemctl|service|journalctl|cd|cp|mv|rm|mkdir|"
    r"tar|cat|echo|export|source|chmod|chown|bundle|rails|rake|php|composer|node|dotnet|java|"
    r"flyway|liquibase|alembic|apt(?:-get)?|yum|dnf|brew|heroku|vault|nginx|openssl|kubectx)"
    r"(?=\s\S)\s[^:]*(?::.*)?)"
)


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
    elif language in SHELLS or (language in PLAIN and _holds_commands(rows)):
        yield from _shell(rows, inner)
    else:
        yield from _listing(rows, inner, is_list=language in LISTS)


def _holds_commands(rows: list[str]) -> bool:
    """A plain fence of commands: its first line that is no comment is one, and nothing lists."""
    said = [row.strip() for row in rows if row.strip() and not row.lstrip().startswith("#")]
    if not said or any(LIST_LINE.fullmatch(row) or bare_box(row) for row in said):
        return False
    return bool(PROMPT.match(said[0]) or PROGRAMS.fullmatch(said[0]))


def _numbered(rows: list[str], frame: Block) -> Iterator[tuple[Block, str]]:
    for number, row in enumerate(rows, start=frame.line + 1):
        if row.strip() and number <= frame.end:
            yield replace(frame, line=number, end=number), row


def _boxed(place: Block, text: str) -> Block:
    """The box of a list line and its text; a usual box needs no text here, as in YAML."""
    usual = USUAL_BOX.match(text)
    if usual:
        box = Box.OPEN if usual[1] == " " else Box.DONE
        return replace(place, text=text[usual.end() :].strip(), box=box)
    other = box_of_entry(text)
    if other is None:
        return replace(place, text=text.strip())
    return replace(place, text=other.text.strip(), box=other.box, usual=False)


def _listed(row: str) -> re.Match[str] | None:
    """A line of a list, or one that begins with a box of its own."""
    return LIST_LINE.fullmatch(row) or (BARE_BOX.fullmatch(row) if bare_box(row.strip()) else None)


def _template(rows: list[str], frame: Block) -> Iterator[Block]:
    for place, row in _numbered(rows, frame):
        line = LIST_LINE.fullmatch(row)
        boxed = _boxed(place, line[3]) if line else place
        yield replace(boxed, kind=BlockKind.QUOTED, text=row.strip())


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
    return line is not None and USUAL_BOX.match(line[3]) is not None


def _shell_line(place: Block, text: str) -> Block:
    line = LIST_LINE.fullmatch(text)
    if line and _has_box(text):
        return replace(_boxed(place, line[3]), kind=BlockKind.ENTRY)
    if text.startswith("#!"):
        return replace(place, text=text)
    if text.startswith(("#", "REM ", "rem ", "::")):
        return replace(place, kind=BlockKind.COMMENT, text=text.lstrip("#:").strip())
    return replace(place, kind=BlockKind.COMMAND, text=PROMPT.sub("", text, count=1))


def _listing(rows: list[str], frame: Block, *, is_list: bool) -> Iterator[Block]:
    """List lines, labels that end with a colon, and whatever else stands between them."""
    label, pending, indent = frame.label, None, 0
    for place, row in _numbered(rows, frame):
        line = _listed(row) if is_list else LIST_LINE.fullmatch(row)
        width = len(row) - len(row.lstrip())
        if line and (is_list or USUAL_BOX.match(line[3])):
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
    bare = None if line[2] else bare_box(line[3])
    entry = (
        replace(place, text=bare.text.strip(), box=bare.box, usual=False)
        if bare
        else _boxed(place, line[3])
    )
    return replace(
        entry,
        kind=BlockKind.ENTRY,
        ordered=line[2][:1].isdigit(),
        depth=place.depth + len(line[1]) // 2,
    )
