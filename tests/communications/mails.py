"""Every kind of mail in both of its registers, as it would reach somebody today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from communications import letters
from communications.enums import SAYS_WHAT_MOVED, Kind
from communications.letters import IN_TWO_REGISTERS, Letter, Reader
from communications.models import Message
from deployments.models import Deployment, Event

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
            facts = letters.gather(_message(kind, deployment), deployment)
            found.append(Rendered(name, letters.compose(facts, reader)))
    return found


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
