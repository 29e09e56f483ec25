"""The record of a deployment as PDF. Only workers and commands import this: it loads a library.

All that people typed goes through `_text`: no markup of theirs is ever read as markup.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import get_data_path
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from audit.evidence import Evidences, events_of
from deployments.enums import State
from deployments.sentences import sentence

# A PDF is made as a whole in memory: of a long history it holds the beginning.
MOST_EVENTS = 1000
LONGEST = 4000
# Fonts are shared by all threads of a process.
_pen = threading.Lock()


@cache
def _styles() -> dict[str, ParagraphStyle]:
    """In a font that has the letters of most European languages and comes with a package."""
    fonts = Path(get_data_path()) / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont("Record", str(fonts / "DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont("Record-Bold", str(fonts / "DejaVuSans-Bold.ttf")))
    plain = ParagraphStyle("plain", fontName="Record", fontSize=8.5, leading=12, spaceAfter=3)
    quiet = ParagraphStyle("quiet", plain, textColor=HexColor("#4b5563"), fontSize=7.5)
    bold = ParagraphStyle("bold", plain, fontName="Record-Bold", keepWithNext=1, spaceAfter=4)
    title = ParagraphStyle("title", bold, fontSize=15, leading=19)
    heading = ParagraphStyle("heading", bold, fontSize=11, leading=14, spaceBefore=10)
    return {"plain": plain, "quiet": quiet, "title": title, "heading": heading}


def record_pdf(found: Evidences, made: dict[str, Any]) -> bytes:
    out = BytesIO()
    with _pen:
        document = SimpleDocTemplate(
            out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm,
            bottomMargin=18 * mm, title=_plain(f"Evidence of deployment #{found.facts['id']}"),
            author="Deploy Portal", invariant=1,
        )  # fmt: skip
        document.build(list(_story(found, made)), onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont("Record", 7)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(document.page))


def _story(found: Evidences, made: dict[str, Any]) -> Iterator[Flowable]:
    facts = found.facts
    yield _text("title", f"{facts['package']} → {facts['environment']['title']}")
    yield _text(
        "quiet",
        f"Evidence of deployment #{facts['id']}, made {made['at']} by {made['by']} from "
        f"{made['portal']}, signed with the key {made['key']}.",
    )
    yield _text("heading", "Facts")
    yield from (_text("plain", line) for line in _facts(facts))
    yield _text("heading", "Signatures")
    yield from (_text("plain", _vote(vote)) for vote in found.votes)
    yield _text("heading", "Decisions")
    for one in found.decisions:
        yield _text("plain", _decision(one))
        yield from (_text("quiet", f"Stood in the way: {clause}")
                    for clause in one["dossier"].get("blockers", []))  # fmt: skip
    yield from _rest(found)


def _rest(found: Evidences) -> Iterator[Flowable]:
    if found.waivers:
        yield _text("heading", "Waivers")
    for one in found.waivers:
        signed = f"signed by {one['signed_by']}" if one["signed_by"] else "not signed"
        yield _text("plain", f"{one['gate']}: {one['reason']}; {signed}; until {one['ends_at']}")
    yield _text("heading", "Content versions")
    for one in found.versions:
        yield _text("quiet", f"{one['number']}: {one['author']}, {one['at']}, {one['hash']}")
    yield _text("heading", "History")
    for event in islice(events_of(found), MOST_EVENTS):
        yield _text(
            "plain", f"#{event.sequence} {event.at:%Y-%m-%d %H:%M:%S} UTC: {sentence(event)}"
        )
    if found.events > MOST_EVENTS:
        more = found.events - MOST_EVENTS
        yield _text("quiet", f"{more} later events stand in history.html and events.jsonl.")


def _facts(facts: dict[str, Any]) -> Iterator[str]:
    yield f"State: {State(facts['state']).label}"
    yield f"Service: {facts['service']['title']} ({facts['service']['key']})"
    yield f"Requested by {facts['requester']}, led by {facts['lead']}"
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


def _text(style: str, text: str) -> Paragraph:
    return Paragraph(escape(_plain(text)), _styles()[style])


def _plain(text: str) -> str:
    """Without signs that no page can show, and not longer than a page or two."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
