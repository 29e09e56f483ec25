"""Every kind of mail in both of its registers, as it would reach somebody today."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.models import User
from communications.enums import SAYS_WHAT_MOVED, Kind
from communications.models import Message
from communications.services import message_of_line
from communications.whom.audience import recipient_for
from communications.writing import letters, reading
from communications.writing.identity import content_id
from communications.writing.letters import Letter
from communications.writing.reading import IN_TWO_REGISTERS, Reader
from deployments.models import Deployment, Event
from monitoring import drawing

KNEW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LONG = (
    "Storage-layer-and-everything-that-depends-on-it-in-all-of-our-regions-2026.11.24-rc.1+build.7"
)
ZONE = "America/New_York"


@dataclass(frozen=True)
class Rendered:
    name: str
    letter: Letter


def every_mail(deployment: Deployment) -> list[Rendered]:
    """With everything that a mail can have in it: a time that moved, a reason, further words."""
    found = []
    for kind in Kind:
        for is_technical in (False, True) if kind in IN_TWO_REGISTERS else (False,):
            name = f"{kind}-technical" if is_technical else str(kind)
            knew = KNEW if kind in SAYS_WHAT_MOVED else None
            reader = Reader(ZONE, is_asked=True, is_technical=is_technical, knew_t0=knew)
            facts = reading.gather(_message(kind, deployment), deployment)
            found.append(Rendered(name, letters.compose(facts, reader)))
    return found


def letter_to(person: User, message: Message, deployment: Deployment) -> Letter:
    """The letter as this person would get it now."""
    facts = reading.gather(message, deployment)
    return letters.compose(facts, reading.reader_for(facts, recipient_for(person)))


def with_pictures(letter: Letter) -> str:
    """The page as a mail program shows it, with what came with it in its place."""
    page = letter.html
    for one in letter.pictures:
        said = base64.b64encode(drawing.png(one)).decode()
        page = page.replace(f"cid:{content_id(one.name)}", f"data:image/png;base64,{said}")
    return page


def of_report(deployment: Deployment) -> list[Rendered]:
    """What a summary with everything in it says, in both registers."""
    plan = deployment.message_plan.filter(kind=Kind.SUMMARY)[0]
    facts = reading.gather(message_of_line(plan, deployment), deployment)
    return [
        Rendered(f"report-{name}", letters.compose(facts, Reader(ZONE, is_technical=technical)))
        for name, technical in (("plain", False), ("technical", True))
    ]


def _message(kind: Kind, deployment: Deployment) -> Message:
    now = KNEW + timedelta(hours=1)
    event = Event(
        deployment=deployment,
        actor_name="Petra Novak",
        reason="HOLD: the backup of the second region is not finished",
        object_kind="rule",
        object_id=1,
        object_text="Security takes responsibility",
        after={
            "text": "@ann the third step needs the new credentials.\nWho has them?",
            "due": (now + timedelta(hours=5)).isoformat(),
            "role_title": "Security",
        },
    )
    return Message(
        deployment=deployment, event=event, kind=kind, title=kind.label, due_at=now,
        written_at=now + timedelta(hours=1), t0=deployment.t0, text="Bring your badge.\nRoom 4.",
        schedule_revision=deployment.schedule_revision,
    )  # fmt: skip
