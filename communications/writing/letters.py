"""What a message says to one reader: a subject, a text and a page, in the reader's zone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string

from communications.chat.payloads import Note
from communications.models import Message
from communications.writing import event_words, summaries
from communications.writing.dates import Clock, is_zone
from communications.writing.reading import Facts, Reader
from deployments.fitting import one_line
from monitoring.figures import Picture

FOLDER = "communications/mail"
LONGEST_SUBJECT = 200
# Stands where a reader's own link goes; nobody can type it, since it is another in each process.
# About as long as a link gets, so that a line that holds it is as long as it will be.
OWN_LINK = f"https://{uuid.uuid4().hex}.invalid/".ljust(400, "x")


@dataclass(frozen=True)
class Letter:
    """`may_leave`: there is a place in it for a link of the reader's own, which `to` fills.

    Its page shows the `pictures` that come with it, and says what each of them shows.
    """

    subject: str
    text: str
    html: str
    may_leave: bool = False
    pictures: tuple[Picture, ...] = ()

    def to(self, link: str) -> Letter:
        """With the reader's own link; everything else readers of one kind have in common."""
        text, html = (said.replace(OWN_LINK, link) for said in (self.text, self.html))
        return replace(self, text=text, html=html)


def compose(facts: Facts, reader: Reader) -> Letter:
    """The letter for every such reader."""
    context = _context(facts, reader)
    marked = _context(facts, reader, marks=True)
    folder = f"{FOLDER}/{facts.message.kind}"
    subject = one_line(render_to_string(f"{folder}/subject.txt", context))
    text = render_to_string(f"{folder}/body.txt", context)
    html = render_to_string(f"{folder}/body.html", marked)
    letter = Letter(subject[:LONGEST_SUBJECT], squeezed(text), html.strip())
    brings = facts.has_pictures and reader.is_technical
    pictures = facts.summary.pictures if facts.summary and brings else ()
    return replace(letter, may_leave=reader.may_leave, pictures=pictures)


def note_for(facts: Facts, reader: Reader, key: str) -> Note:
    """The same message as a room reads it: its parts instead of a page."""
    context, message = _context(facts, reader), facts.message
    moved = [("Moved from", context["knew"])] if context["knew"] else []
    when = f"{context['when']} ({context['zone']})"
    planned = f"; planned as {context['planned']}" if context["planned"] else ""
    return Note(
        key=key,
        kind=message.kind,
        subject=one_line(render_to_string(f"{FOLDER}/{message.kind}/subject.txt", context)),
        headline=facts.headline,
        lead=_part(message, "_lead", context),
        facts=(
            ("What", facts.deployment.package),
            ("Where", f"{facts.deployment.service} → {facts.deployment.environment}"),
            *moved,
            ("When", f"{when}{planned}"),
            ("Ask", str(facts.deployment.lead)),
        ),
        act=_part(message, "_act", context),
        words=message.text,
        url=context["url"],
        schedule_revision=message.schedule_revision,
    )


def _part(message: Message, name: str, context: dict[str, Any]) -> str:
    """As plain text: each room escapes in its own way what somebody typed."""
    part = {"part": f"{FOLDER}/{message.kind}/{name}.txt"}
    return one_line(render_to_string(f"{FOLDER}/_part.txt", {**context, **part}))


def squeezed(text: str) -> str:
    """At most one empty line in a row; templates leave more where a part is not there."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def _context(facts: Facts, reader: Reader, *, marks: bool = False) -> dict[str, Any]:
    deployment, message = facts.deployment, facts.message
    place = ZoneInfo(reader.zone) if is_zone(reader.zone) else ZoneInfo(deployment.zone)
    dates, watch = Clock(place, reader.language, marks), facts.watch
    context = {
        "title": message.get_kind_display(),
        "words": message.text,
        "deployment": deployment,
        "headline": facts.headline,
        "late": message.is_late,
        "has_waited": message.has_waited,
        "is_asked": reader.is_asked,
        "is_technical": reader.is_technical,
        "is_guest": reader.is_guest,
        "is_decided": facts.holds,
        "zone": place.key,
        "day": dates.day(deployment.t0),
        "when": dates.span(deployment.t0, deployment.window_end),
        "knew": dates.moment(reader.knew_t0),
        "knew_day": dates.day(reader.knew_t0) if reader.knew_t0 else "",
        "planned": dates.beside(deployment.t0, deployment.zone),
        "started": dates.moment(deployment.started_at),
        "completed": dates.moment(deployment.completed_at),
        "completed_there": dates.beside(deployment.completed_at, deployment.zone),
        "watched_until": dates.moment(watch.ends_at if watch else None),
        "lead": deployment.lead,
        "own_link": OWN_LINK if reader.may_leave else "",
        "url": f"{settings.PORTAL_URL}{deployment.get_absolute_url()}",
        **event_words.of_event(message.event, deployment, dates),
        **summaries.context_of(
            facts.summary,
            dates,
            is_technical=reader.is_technical,
            has_pictures=facts.has_pictures,
        ),
    }
    return {**context, "url": facts.share_url} if reader.is_guest else context
