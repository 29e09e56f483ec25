"""The account of a document for a person: every line on the left, what it means on the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deployments.conditions import length
from intake import reading as r
from intake.reading import Claim, Reading
from intake.review.kinds import KINDS, LEFT_OUT, LISTS, kind_of

# Below this a person looks twice; it is the confidence of words in a heading further up.
SURE = 0.75
UNREAD = "unread"
TITLES = KINDS | {
    "choice": "Choice",
    "command": "Command",
    "fact": "Fact",
    "widget": "Dashboard widget",
    "section": "Section",
    "structure": "Shape of the document",
    UNREAD: "Not read",
    "blank": "",
}
# What shapes the document: no line of it can be something else.
FIXED = frozenset(["section", "structure"])


@dataclass(frozen=True)
class Passage:
    """Some lines with what they became; `confidence` from 0 to 1, `meanings` for people."""

    line: int
    rows: list[tuple[int, str]]
    kind: str
    meanings: list[str]
    reason: str
    confidence: float
    is_corrected: bool
    has_box: bool

    @property
    def title(self) -> str:
        return TITLES.get(self.kind, self.kind.capitalize())

    @property
    def is_uncertain(self) -> bool:
        return not self.is_corrected and (self.confidence < SURE or self.kind == UNREAD)

    @property
    def is_unread(self) -> bool:
        """Nothing was read of it, or only that it is a text: a box in it may be missed."""
        return not self.is_corrected and (self.kind in (UNREAD, "note") or self.has_box)

    @property
    def can_change(self) -> bool:
        return self.kind not in FIXED

    @property
    def percent(self) -> int:
        return round(self.confidence * 100)


def passages(
    before: Reading, after: Reading, corrected: Iterable[int], lines: Sequence[str]
) -> list[Passage]:
    """In document order; `before` has the claims, `after` the corrections of these lines."""
    mended, boxes = set(corrected), set(after.box_like_unread)
    index = _by_line(after)
    claims = sorted([*before.claims, *_unread(before)], key=lambda claim: claim.line)
    return [_passage(one, index.get(one.line, []), mended, boxes, lines) for one in claims]


def _unread(reading: Reading) -> Iterator[Claim]:
    for line in reading.unread:
        yield Claim(line, line, UNREAD, "nested too deep to be read", 0.0)


def _by_line(reading: Reading) -> dict[int, list[r.Entry]]:
    index: dict[int, list[r.Entry]] = {}
    for name in LISTS:
        for one in getattr(reading, name):
            index.setdefault(one.line, []).append(one)
    return index


def _passage(
    claim: Claim,
    entries: list[r.Entry],
    mended: set[int],
    boxes: set[int],
    lines: Sequence[str],
) -> Passage:
    is_corrected = claim.line in mended
    kind = _kind(claim, entries, is_corrected=is_corrected)
    unclear = any(getattr(one, "parsed", True) is False for one in entries) or any(
        getattr(one, "known_role", True) is False for one in entries
    )
    last = min(claim.end, len(lines))
    return Passage(
        line=claim.line,
        rows=[(number, lines[number - 1]) for number in range(claim.line, last + 1)],
        kind=kind,
        meanings=[] if kind in FIXED else [meaning(one) for one in entries],
        reason="a person said so" if is_corrected else claim.reason,
        confidence=1.0 if is_corrected else min(claim.confidence, 0.5 if unclear else 1.0),
        is_corrected=is_corrected,
        has_box=any(line in boxes for line in range(claim.line, last + 1)),
    )


def _kind(claim: Claim, entries: list[r.Entry], *, is_corrected: bool) -> str:
    if entries and claim.kind not in FIXED:
        return kind_of(entries[0])
    return LEFT_OUT if is_corrected else claim.kind


def meaning(entry: r.Entry) -> str:
    """One line that says what an entry will be, with its own details."""
    said = [_title(entry), *_details(entry)]
    return " · ".join(one for one in said if one)


def _title(entry: r.Entry) -> str:
    match entry:
        case r.Fact():
            return f"{entry.title}: {entry.value}"
        case r.Approval():
            return f"{entry.role_title} signs: {entry.statement}".rstrip(": ")
        case r.Authorization():
            return f"{entry.role_title} is asked in the poll"
        case r.Note():
            return "stays in the document"
        case r.Command():
            return entry.text.split("\n")[0]
    return str(getattr(entry, "title", entry.text))


def _details(entry: r.Entry) -> Iterator[str]:
    match entry:
        case r.Choice():
            yield " / ".join(entry.options)
        case r.Command():
            yield f"of line {entry.step_line}" if entry.step_line else "belongs to no step"
        case r.Message():
            yield _when(entry.anchor, entry.offset)
        case r.Condition() | r.Criterion() | r.Gate():
            bounds = getattr(entry, "bounds", ())
            yield " and ".join(bounds) or entry.expression or "no number was read, people judge"
    owner = getattr(entry, "owner", "")
    yield f"for {owner}" if owner else ""
    anchor, offset = getattr(entry, "due_anchor", ""), getattr(entry, "due_offset", None)
    yield f"due {_when(anchor, offset)}" if anchor and offset is not None else ""
    yield "optional" if getattr(entry, "required", True) is False else ""
    yield "said to be done" if getattr(entry, "done", False) else ""
    if getattr(entry, "known_role", True) is False:
        yield "a role that is not known here"


def _when(anchor: str, offset: int) -> str:
    name = {"t0": "the planned time", "start": "the start", "complete": "completion"}[anchor]
    if not offset:
        return f"at {name}"
    return f"{length(abs(offset))} {'before' if offset < 0 else 'after'} {name}"


def unknown_roles(reading: Reading) -> dict[str, list[int]]:
    """The titles of roles that the portal does not know, with their lines."""
    found: dict[str, list[int]] = {}
    signing: list[r.Approval | r.Authorization] = [*reading.approvals, *reading.authorization]
    for one in signing:
        if not one.known_role:
            found.setdefault(one.role_title, []).append(one.line)
    return found
