"""Documents of many kinds and languages, each beside what has to be read of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from intake.encodings import decode
from intake.reader import read
from intake.reading import Item, Reading, Step

CORPUS = Path(__file__).parent / "corpus"
DOCUMENTS = sorted(CORPUS.glob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_read_as_it_is_written(document: Path) -> None:
    reading = read(decode(document.read_bytes()).text)
    assert shape(reading) == json.loads(document.with_suffix(".json").read_text(encoding="utf-8"))


def test_every_expectation_has_its_document() -> None:
    names = {path.stem for path in DOCUMENTS}
    assert len(names) >= 30
    assert {path.stem for path in CORPUS.glob("*.json")} == names


def shape(reading: Reading) -> dict[str, Any]:
    """The counts, and of the main lists what a person would check; empty ones are left out."""
    lists = {
        "facts": [f"{one.key}={one.value}" for one in reading.facts],
        "gates": [[one.line, one.title, one.claim, one.done] for one in reading.gates],
        "items": [planned(one) for one in reading.items],
        "steps": [planned(one) for one in reading.steps],
        "commands": [f"{one.line}→{one.step_line}: {one.text}" for one in reading.commands],
        "choices": [
            [one.line, one.title, " / ".join(one.options), one.chosen] for one in reading.choices
        ],
        "conditions": [
            [one.line, one.kind, " & ".join(one.bounds) or one.expression or one.title]
            for one in reading.conditions
        ],
        "approvals": [
            [one.line, one.role, "signed" if one.done else "open"] for one in reading.approvals
        ],
        "messages": [f"{one.line}: {one.anchor} {one.offset:+}" for one in reading.messages],
        "notes": [f"{one.line}: {one.reason}" for one in reading.notes],
        "unread": list(reading.unread),
        "box_like_unread": list(reading.box_like_unread),
    }
    counts = (
        f"{reading.boxes_total} boxes, {reading.boxes_done} ticked, {reading.boxes_in_fences} in "
        f"fences, {reading.boxes_quoted} quoted, {reading.boxes_unusual} unusual"
    )
    about = {"boxes": counts, "sections": [one.title for one in reading.sections]}
    return about | {name: entries for name, entries in lists.items() if entries}


def planned(one: Item | Step) -> str:
    due = f", due {one.due_anchor} {one.due_offset:+}" if one.due_offset is not None else ""
    owner = f", {one.owner_role or '“' + one.owner + '”'}" if one.owner else ""
    return f"{one.line} {one.kind} {'[x]' if one.done else '[ ]'} {one.title}{owner}{due}"
