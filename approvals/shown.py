"""What a person had before their eyes when they pressed the button."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.exceptions import Overtaken, Refused
from deployments.models import Deployment


@dataclass(frozen=True)
class Shown:
    """The hashes of the content and the schedule that the page showed."""

    content: str
    schedule: str

    @classmethod
    def of(cls, deployment: Deployment) -> Shown:
        return cls(deployment.content_hash, deployment.schedule_hash)


def refusal_of_other(shown: Shown, deployment: Deployment, done: str) -> Refused | None:
    """Nothing is signed or decided on what is no longer so; `done` completes "nothing was …"."""
    if shown.content != deployment.content_hash:
        return Overtaken(f"The content changed while you were reading; nothing was {done}.")
    if shown.schedule != deployment.schedule_hash:
        return Overtaken(f"The time changed while you were reading; nothing was {done}.")
    return None
