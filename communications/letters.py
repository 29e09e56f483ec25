"""What a message says to one reader: a subject, a text and a page, in the reader's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from approvals import verdict
from checklists.enums import CLOSED, Phase
from communications import audience
from communications.enums import Kind
from communications.models import Delivery, Message
from deployments.enums import State
from deployments.models import Deployment, Event
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
    }
)
LONGEST_SUBJECT = 200
OF_EVENT = (
    "actor", "reason", "said", "about", "due", "role", "again", "foreseen", "left_behind",
)  # fmt: skip


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Facts:
    """What one message is about, read once for all its readers."""

    message: Message
    deployment: Deployment
    headline: str
    holds: bool
    asked: frozenset[int]
    working: frozenset[int]
    criteria: tuple[int, int]
    watch: Watch | None


@dataclass(frozen=True)
class Reader:
    """What a letter depends on besides the facts; readers who agree in it share theirs."""

    zone: str
    is_asked: bool = False
    is_technical: bool = False
    knew_t0: datetime | None = None


def gather(message: Message, deployment: Deployment) -> Facts:
    items = deployment.items.filter(phase=Phase.AFTER).values_list("state", flat=True)
    states, outlook = list(items), verdict.outlook(deployment)
    asks, tells = message.kind == Kind.GO_NO_GO, message.kind in IN_TWO_REGISTERS
    return Facts(
        message=message,
        deployment=deployment,
        headline=outlook.sentence,
        holds=deployment.state == State.GO and not outlook.broken,
        asked=frozenset(audience.asked(deployment) if asks else ()),
        working=frozenset(audience.working(deployment.service) if tells else ()),
        criteria=(sum(state in CLOSED for state in states), len(states)),
        watch=Watch.objects.filter(deployment=deployment).first(),
    )


def reader_of(copy: Delivery, facts: Facts) -> Reader:
    return Reader(
        zone=copy.zone,
        is_asked=copy.user_id in facts.asked,
        is_technical=copy.user_id in facts.working,
        knew_t0=copy.knew_t0,
    )


def compose(facts: Facts, reader: Reader) -> Letter:
    """The letter for every such reader."""
    context = _context(facts, reader)
    folder = f"{FOLDER}/{facts.message.kind}"
    subject = one_line(render_to_string(f"{folder}/subject.txt", context))
    text = render_to_string(f"{folder}/body.txt", context)
    html = render_to_string(f"{folder}/body.html", context)
    return Letter(subject[:LONGEST_SUBJECT], squeezed(text), html.strip())


def compose_for(message: Message, deployment: Deployment, person: User) -> Letter:
    """The letter as this person would get it now."""
    facts = gather(message, deployment)
    asked, technical = person.pk in facts.asked, person.pk in facts.working
    return compose(facts, Reader(person.zone, asked, technical))


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


def _context(facts: Facts, reader: Reader) -> dict[str, Any]:
    deployment, message = facts.deployment, facts.message
    place = ZoneInfo(reader.zone) if is_zone(reader.zone) else ZoneInfo(deployment.zone)
    watch = facts.watch
    return {
        "title": message.get_kind_display(),
        "words": message.text,
        "deployment": deployment,
        "headline": facts.headline,
        "late": message.is_late,
        "is_asked": reader.is_asked,
        "is_technical": reader.is_technical,
        "is_decided": facts.holds,
        "zone": place.key,
        "day": _day(deployment.t0, place),
        "when": _span(deployment.t0, deployment.window_end, place),
        "knew": _moment(reader.knew_t0, place),
        "knew_day": _day(reader.knew_t0, place) if reader.knew_t0 else "",
        "planned": _elsewhere(deployment, place),
        "started": _moment(deployment.started_at, place),
        "completed": _moment(deployment.completed_at, place),
        "watched_until": _moment(watch.ends_at if watch else None, place),
        "judged": facts.criteria[0],
        "criteria": facts.criteria[1],
        "lead": deployment.lead,
        "url": f"{settings.PORTAL_URL}{deployment.get_absolute_url()}",
        **_of_event(message.event, deployment, place),
    }


def _of_event(event: Event | None, deployment: Deployment, place: ZoneInfo) -> dict[str, Any]:
    """What the event that caused the message adds: who, why, about what, and where it stands."""
    if event is None:
        return dict.fromkeys(OF_EVENT, "")
    due, end = event.after.get("due"), event.after.get("end")
    return {
        "actor": event.actor_name,
        "reason": event.reason,
        "said": event.after.get("text", ""),
        "about": event.object_text if event.object_kind != "deployment" else "",
        "due": _moment(datetime.fromisoformat(due), place) if due else "",
        "foreseen": _moment(datetime.fromisoformat(end), place) if end else "",
        "left_behind": event.after.get("left_behind", []),
        "role": event.after.get("role_title", ""),
        "again": event.after.get("again", False),
        "url": f"{settings.PORTAL_URL}{_place(event, deployment)}",
    }


def _place(event: Event, deployment: Deployment) -> str:
    """The page of what the event is about; it asks whoever comes to sign in."""
    if "role_title" in event.after:
        return reverse("approvals:sign", args=[deployment.pk, event.object_id])
    if said := event.after.get("comment"):
        return f"{reverse('dashboard:comments', args=[deployment.pk])}#comment-{said}"
    if event.after.get("asks"):
        return reverse("checklists:answer_step", args=[deployment.pk, event.object_id])
    if event.after.get("due"):
        return reverse("checklists:item", args=[deployment.pk, event.object_id])
    return deployment.get_absolute_url()


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        return False
    return True


def _moment(at: datetime | None, place: ZoneInfo) -> str:
    return f"{at.astimezone(place):%A %-d %B %Y, %H:%M}" if at else ""


def _day(at: datetime | None, place: ZoneInfo) -> str:
    return f"{at.astimezone(place):%a %-d %b, %H:%M}" if at else "time not set"


def _span(start: datetime | None, end: datetime | None, place: ZoneInfo) -> str:
    """From when to when, naming the second day only where it differs."""
    if start is None or end is None:
        return "not set yet"
    first, last = start.astimezone(place), end.astimezone(place)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%A %-d %B, %H:%M}"
    return f"{first:%A %-d %B %Y, %H:%M} to {until}"


def _elsewhere(deployment: Deployment, place: ZoneInfo) -> str:
    """The planner's own clock, where it shows another time than the reader's."""
    home = ZoneInfo(deployment.zone)
    if deployment.t0 is None:
        return ""
    there, here = deployment.t0.astimezone(home), deployment.t0.astimezone(place)
    return "" if there.utcoffset() == here.utcoffset() else f"{there:%H:%M} in {deployment.zone}"
