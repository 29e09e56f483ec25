"""The record of a deployment as PDF. Only workers and commands import this: it loads a library.

All that people typed goes through `_paragraph`: no markup of theirs is ever read as markup.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from matplotlib import get_data_path
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from audit import lettering
from audit.evidence import Evidences, events_of
from deployments.enums import State
from deployments.sentences import sentence

# A PDF is made as a whole in memory: of a long history and a long checklist it holds the beginning.
MOST_EVENTS = MOST_ITEMS = 1000
LONGEST = 4000
UNREADABLE = (
    "Some of its letters this PDF cannot show as they are written: they stand as boxes, or in "
    "another order. record.html shows all of them."
)
BORROWED = (
    "Its Chinese, Japanese and Korean letters are those of whatever shows this PDF; where it has "
    "none there is a gap, and record.html has what stands there."
)
Line = tuple[str, str]
FONTS = Path(get_data_path()) / "fonts" / "ttf"
# Fonts are shared by all threads of a process.
_pen = threading.Lock()


@cache
def _own() -> TTFont:
    return TTFont("Record", str(FONTS / "DejaVuSans.ttf"))


@cache
def _styles() -> dict[str, ParagraphStyle]:
    """In a font that has the letters of most European languages and comes with a package."""
    for face in (lettering.CHINESE, lettering.JAPANESE, lettering.KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(face))
    pdfmetrics.registerFont(_own())
    pdfmetrics.registerFont(TTFont("Record-Bold", str(FONTS / "DejaVuSans-Bold.ttf")))
    plain = ParagraphStyle("plain", fontName="Record", fontSize=8.5, leading=12, spaceAfter=3)
    quiet = ParagraphStyle("quiet", plain, textColor=HexColor("#4b5563"), fontSize=7.5)
    bold = ParagraphStyle("bold", plain, fontName="Record-Bold", keepWithNext=1, spaceAfter=4)
    title = ParagraphStyle("title", bold, fontSize=15, leading=19)
    heading = ParagraphStyle("heading", bold, fontSize=11, leading=14, spaceBefore=10)
    return {"plain": plain, "quiet": quiet, "title": title, "heading": heading}


def record_pdf(found: Evidences, made: dict[str, Any]) -> bytes:
    out, name = BytesIO(), f"Evidence of deployment #{found.facts['id']}"
    with _pen:
        story: list[Flowable] = [_paragraph(*line) for line in lines_of(found, made)]
        document = SimpleDocTemplate(
            out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm,
            bottomMargin=18 * mm, title=name, author="Deploy Portal", invariant=1,
        )  # fmt: skip
        document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont("Record", 7)
    canvas.drawString(18 * mm, 10 * mm, document.title)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(document.page))


def lines_of(found: Evidences, made: dict[str, Any]) -> list[Line]:
    """All that it says, each with its style; what it cannot show rightly is said on top."""
    title, about, *rest = [(style, _plain(text)) for style, text in _story(found, made)]
    known = _own().face.charToGlyph
    said = [text for _, text in (title, *rest)]
    notes = [BORROWED] if any(lettering.borrows(text) for text in said) else []
    notes += [] if all(lettering.is_readable(text, known) for text in said) else [UNREADABLE]
    return [title, about, *(("plain", note) for note in notes), *rest]


def _story(found: Evidences, made: dict[str, Any]) -> Iterator[Line]:
    facts = found.facts
    yield "title", f"{facts['package']} → {facts['environment']['title']}"
    yield (
        "quiet",
        f"Evidence of deployment #{facts['id']}, made {made['at']} by {made['by']} from "
        f"{made['portal']}, signed with the key {made['key']}.",
    )
    yield "heading", "Facts"
    yield from (("plain", line) for line in _facts(facts))
    yield "heading", "Signatures"
    yield from (("plain", _vote(vote)) for vote in found.votes)
    yield "heading", "Decisions"
    for one in found.decisions:
        yield "plain", _decision(one)
        passed_over = one["overridden"].values()
        yield from (("quiet", f"Passed over: {clause}") for clause in passed_over)
        yield from (("quiet", f"Stood in the way: {clause}")
                    for clause in one["dossier"].get("blockers", []))  # fmt: skip
    yield from _let_through(found)
    yield from _checklist(found)
    yield "heading", "Content versions"
    for one in found.versions:
        yield "quiet", f"{one['number']}: {one['author']}, {one['at']}, {one['hash']}"
    yield from _history(found)


def _let_through(found: Evidences) -> Iterator[Line]:
    """What went although something stood in its way, by whose word."""
    if found.waivers:
        yield "heading", "Waivers"
    for one in found.waivers:
        signed = f"signed by {one['signed_by']}" if one["signed_by"] else "not signed"
        ended = f"; ended by {one['ended_by']}: {one['ended_reason']}" if one["ended_at"] else ""
        yield (
            "plain",
            f"{one['gate']} ({one['red']}): {one['reason']}; risk owner {one['risk_owner']}, asked "
            f"by {one['asked_by']}, {signed}; until {one['ends_at']}{ended}",
        )
    if found.exemptions:
        yield "heading", "Exemptions from freezes"
    for one in found.exemptions:
        ended = (
            f"; taken back by {one['ended_by']}: {one['ended_reason']}" if one["ended_at"] else ""
        )
        yield (
            "plain",
            f"Freeze of {one['scope']} ({one['freeze']}): {one['reason']}; by {one['by']}, "
            f"{one['at']}{ended}",
        )


def _checklist(found: Evidences) -> Iterator[Line]:
    if found.items:
        yield "heading", "Checklist and steps"
    for item in islice(found.items, MOST_ITEMS):
        by = f", {item['by']}, {item['at']}" if item["by"] else ""
        second = f", with {item['seconded_by']}" if item["seconded_by"] else ""
        reason = f": {item['reason']}" if item["reason"] else ""
        yield "plain", f"{item['text']} ({item['state']}{by}{second}){reason}"
        for one in item["evidence"]:
            said = one["number"] or one["text"]
            yield "quiet", f"{one['kind']}: {said}, {one['added_by']}, {one['added_at']}"
    if len(found.items) > MOST_ITEMS:
        yield "quiet", f"{len(found.items) - MOST_ITEMS} more items stand in record.html."


def _history(found: Evidences) -> Iterator[Line]:
    yield "heading", "History"
    for event in islice(events_of(found), MOST_EVENTS):
        yield "plain", f"#{event.sequence} {event.at:%Y-%m-%d %H:%M:%S} UTC: {sentence(event)}"
    if found.events > MOST_EVENTS:
        more = found.events - MOST_EVENTS
        yield "quiet", f"{more} later events stand in history.html and events.jsonl."


def _facts(facts: dict[str, Any]) -> Iterator[str]:
    yield f"State: {State(facts['state']).label}"
    yield f"Service: {facts['service']['title']} ({facts['service']['key']})"
    written = f", written by {', '.join(facts['authors'])}" if facts["authors"] else ""
    yield f"Requested by {facts['requester']}, led by {facts['lead']}{written}"
    for name in ("t0", "started_at", "completed_at", "closed_at", "ended_at", "branch", "commit",
                 "digest", "content_hash", "schedule_hash"):  # fmt: skip
        if facts[name]:
            yield f"{name.replace('_', ' ').capitalize()}: {facts[name]}"


def _vote(vote: dict[str, Any]) -> str:
    absent = f" for {vote['on_behalf_of']}" if vote["on_behalf_of"] else ""
    reason = f": “{vote['reason']}”" if vote["reason"] else ""
    return (
        f"{vote['person']}{absent}, {vote['role_title']}, {vote['at']}: {vote['choice']}{reason}. "
        f"{vote['statement']}. Content {vote['content_hash'][:16]}, proven by "
        f"{vote['authenticated_by']}."
    )


def _decision(one: dict[str, Any]) -> str:
    how = " by break-glass" if one["overridden"] else ""
    return (
        f"{one['verdict'].upper()}{how}: {one['reason']}. By {one['decided_by']}, {one['at']}, on "
        f"content {one['content_hash'][:16]}. {one['dossier'].get('sentence', '')}"
    )


def _paragraph(style: str, text: str) -> Paragraph:
    return Paragraph(lettering.markup(text), _styles()[style])


def _plain(text: str) -> str:
    """Not longer than a page or two."""
    shown = lettering.composed(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
