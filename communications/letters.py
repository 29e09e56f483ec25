"""What a message says to one reader: a subject, a text and a page, in the reader's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from approvals import verdict
from checklists.enums import CLOSED, Phase
from communications import audience
from communications.enums import Kind
from communications.models import MessagePlan
from deployments.enums import State
from deployments.models import Deployment
from monitoring.models import Watch

FOLDER = "communications/mail"
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Facts:
    """What one message is about, read once for all its readers."""

    plan: MessagePlan
    deployment: Deployment
    headline: str
    holds: bool
    asked: frozenset[int]
    criteria: tuple[int, int]
    watch: Watch | None
    late: bool = False

    @property
    def is_before_start(self) -> bool:
        return self.deployment.state in {State.DRAFT, State.IN_REVIEW, State.GO}


def gather(plan: MessagePlan, deployment: Deployment, *, late: bool = False) -> Facts:
    items = deployment.items.filter(phase=Phase.AFTER).values_list("state", flat=True)
    states, outlook = list(items), verdict.outlook(deployment)
    return Facts(
        plan=plan,
        deployment=deployment,
        headline=outlook.sentence,
        holds=deployment.state == State.GO and not outlook.broken,
        asked=frozenset(audience.asked(deployment)) if plan.kind == Kind.GO_NO_GO else frozenset(),
        criteria=(sum(state in CLOSED for state in states), len(states)),
        watch=Watch.objects.filter(deployment=deployment).first(),
        late=late,
    )


def compose(facts: Facts, *, zone: str, is_asked: bool) -> Letter:
    """The letter for every reader in this zone who is, or is not, asked to act."""
    context = _context(facts, zone, is_asked=is_asked)
    folder = f"{FOLDER}/{facts.plan.kind}"
    subject = one_line(render_to_string(f"{folder}/subject.txt", context))
    text = render_to_string(f"{folder}/body.txt", context)
    html = render_to_string(f"{folder}/body.html", context)
    return Letter(subject[:LONGEST_SUBJECT], squeezed(text), html.strip())


def compose_for(plan: MessagePlan, deployment: Deployment, person: User) -> Letter:
    """The letter as this person would get it now."""
    facts = gather(plan, deployment)
    return compose(facts, zone=person.zone, is_asked=person.pk in facts.asked)


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


def _context(facts: Facts, zone: str, *, is_asked: bool) -> dict[str, Any]:
    deployment = facts.deployment
    place = ZoneInfo(zone) if is_zone(zone) else ZoneInfo(deployment.zone)
    watch = facts.watch
    return {
        "plan": facts.plan,
        "deployment": deployment,
        "headline": facts.headline,
        "late": facts.late,
        "is_asked": is_asked,
        "is_decided": facts.holds,
        "zone": place.key,
        "day": _day(deployment.t0, place),
        "when": _span(deployment.t0, deployment.window_end, place),
        "planned": _elsewhere(deployment, place),
        "started": _moment(deployment.started_at, place),
        "completed": _moment(deployment.completed_at, place),
        "watched_until": _moment(watch.ends_at if watch else None, place),
        "judged": facts.criteria[0],
        "criteria": facts.criteria[1],
        "lead": deployment.lead,
        "url": f"{settings.PORTAL_URL}{deployment.get_absolute_url()}",
    }


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
