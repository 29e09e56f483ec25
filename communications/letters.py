"""What a message says to one reader: a subject, a text and a page, in the reader's zone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from approvals import verdict
from communications import audience, summaries
from communications.audience import People, Recipient
from communications.chat.payloads import Note
from communications.dates import Clock
from communications.enums import Kind
from communications.models import Delivery, Message
from communications.stakeholders import LANGUAGE
from communications.summaries import Summary
from deployments.answers import page
from deployments.enums import State
from deployments.models import Deployment, Event
from deployments.sharing import links
from monitoring.figures import Picture
from monitoring.models import Watch

FOLDER = "communications/mail"
# Those who work on the deployment read here what those who only use the service need not.
IN_TWO_REGISTERS = frozenset(
    {
        Kind.CORRECTION,
        Kind.HOLD,
        Kind.NO_GO,
        Kind.RECALL,
        Kind.CANCELLATION,
        Kind.BREAK_GLASS,
        Kind.SIGN_OVERDUE,
        Kind.ROLLBACK,
        Kind.ROLLED_BACK,
        Kind.STOPPED,
        Kind.STEP_FAILED,
        Kind.OVERRUN,
        Kind.ALERT,
        Kind.ROLLBACK_ASKED,
        Kind.SUMMARY,
    }
)
OF_AN_EVENT = (
    "actor", "reason", "said", "about", "due", "due_there", "holds_until", "role", "again",
    "foreseen", "left_behind", "because", "answer_by", "is_automatic", "severity",
)  # fmt: skip
LONGEST_SUBJECT = 200
# Stands where a reader's own link goes; nobody can type it, since it is another in each process.
OWN_LINK = f"https://{uuid.uuid4().hex}.invalid/"


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


@dataclass(frozen=True)
class Facts:
    """What one message is about, read once for all its readers."""

    message: Message
    deployment: Deployment
    headline: str
    holds: bool
    asked: frozenset[int]
    working: frozenset[int]
    bound: People
    watch: Watch | None
    summary: Summary | None
    share_url: str = ""
    # Of a mail; a page that shows it alone has none of its pictures.
    has_pictures: bool = True


@dataclass(frozen=True)
class Reader:
    """What a letter depends on besides the facts; readers who agree in it share theirs."""

    zone: str
    is_asked: bool = False
    is_technical: bool = False
    knew_t0: datetime | None = None
    language: str = LANGUAGE
    may_leave: bool = False
    # Without an account, so that only the stakeholder link leads anywhere.
    is_guest: bool = False


def gather(message: Message, deployment: Deployment) -> Facts:
    outlook = verdict.outlook(deployment)
    asks, tells = message.kind == Kind.GO_NO_GO, message.kind in IN_TWO_REGISTERS
    return Facts(
        message=message,
        deployment=deployment,
        headline=outlook.sentence,
        holds=deployment.state == State.GO and not outlook.broken,
        asked=frozenset(audience.asked(deployment) if asks else ()),
        working=frozenset(audience.working(deployment.service) if tells else ()),
        bound=audience.bound(deployment.service),
        watch=Watch.objects.filter(deployment=deployment).first(),
        summary=summaries.gather(message.kind, deployment),
        share_url=links.address_for_mails(deployment),
    )


def reader_for(facts: Facts, to: Delivery | Recipient) -> Reader:
    """Of a copy, or of whoever would get one now."""
    return Reader(
        zone=to.zone,
        is_asked=to.user_id in facts.asked,
        is_technical=to.user_id in facts.working,
        knew_t0=to.knew_t0,
        language=to.language,
        may_leave=_may_leave(facts, to),
        is_guest=to.user_id is None and to.channel_id is None,
    )


def _may_leave(facts: Facts, to: Delivery | Recipient) -> bool:
    """Whoever is on the list or has an account, and has no part in the service's releases."""
    is_known = to.user_id is not None or to.stakeholder_id is not None
    return is_known and not facts.bound.has(to.address, to.user_id)


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


def one_line(text: str) -> str:
    """Without control characters, so that no value can open a header of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


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
        **_of_event(message.event, deployment, dates),
        **summaries.context_of(
            facts.summary,
            dates,
            is_technical=reader.is_technical,
            has_pictures=facts.has_pictures,
        ),
    }
    return {**context, "url": facts.share_url} if reader.is_guest else context


def _of_event(event: Event | None, deployment: Deployment, dates: Clock) -> dict[str, Any]:
    """What the event that caused the message adds: who, why, about what, and where it stands."""
    if event is None:
        return dict.fromkeys(OF_AN_EVENT, "")
    due_at = _instant(event, "due")
    return {
        "actor": event.actor_name,
        "reason": event.reason,
        "said": event.after.get("text", ""),
        "about": event.object_text if event.object_kind != "deployment" else "",
        "due": dates.moment(due_at),
        "due_there": dates.beside(due_at, deployment.zone),
        "holds_until": dates.moment(_instant(event, "holds_until")),
        "foreseen": dates.moment(_instant(event, "end")),
        "left_behind": event.after.get("left_behind", []),
        "because": event.after.get("because", ""),
        "answer_by": dates.moment(_instant(event, "answer_by")),
        "is_automatic": event.after.get("automatic", False),
        "severity": event.after.get("severity", ""),
        "role": event.after.get("role_title", ""),
        "again": event.after.get("again", False),
        "url": f"{settings.PORTAL_URL}{_place(event, deployment)}",
    }


def _instant(event: Event, name: str) -> datetime | None:
    said = event.after.get(name)
    return datetime.fromisoformat(said) if said else None


def _place(event: Event, deployment: Deployment) -> str:
    """The page of what the event is about; it asks whoever comes to sign in."""
    if "role_title" in event.after:
        return reverse("approvals:sign", args=[deployment.pk, event.object_id])
    if said := event.after.get("comment"):
        return f"{reverse('dashboard:comments', args=[deployment.pk])}#comment-{said}"
    if event.after.get("asks"):
        return reverse("checklists:answer_step", args=[deployment.pk, event.object_id])
    if event.object_kind == "item" and event.after.get("due"):
        return reverse("checklists:item", args=[deployment.pk, event.object_id])
    if event.object_kind == "alert":
        return reverse("monitoring:alert", args=[deployment.pk, event.object_id])
    if event.object_kind == "question":
        return reverse("monitoring:question", args=[deployment.pk])
    if event.object_kind == "gate":
        return _page_of_gate(event, deployment)
    if event.after.get("what"):
        return page(deployment, "sign-off")
    return deployment.get_absolute_url()


def _page_of_gate(event: Event, deployment: Deployment) -> str:
    """Where its result is entered, as far as people may do that."""
    gate = deployment.gates.filter(pk=event.object_id).first()
    if gate is None:
        return deployment.get_absolute_url()
    form = "gates:upload" if gate.takes_reports else "gates:report"
    return reverse("gates:detail" if gate.machine_only else form, args=[deployment.pk, gate.key])


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        return False
    return True
