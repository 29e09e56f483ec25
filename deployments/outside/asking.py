"""Asks a connection's address now, so that an administrator sees whether it leads anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from connections.client import GuardedClient
from connections.exceptions import Trouble
from connections.models import Connection

SECONDS = 5


@dataclass(frozen=True)
class Found:
    """`mark` is a state as pages draw it."""

    mark: str
    word: str
    sentence: str


def ask(connection: Connection) -> Found:
    """One GET of the base address with its credential; nothing of the answer is kept."""
    try:
        with GuardedClient(permit=connection.permit, seconds=SECONDS) as client:
            answer = client.get(connection.base_url)
    except Trouble as trouble:
        return Found("failed", "No answer", trouble.sentence)
    sentence = f"{connection.base_url} answered {answer.status} in {answer.seconds * 1000:.0f} ms"
    if answer.status in (401, 403):
        return Found("failed", "Not let in", f"{sentence}: it does not let the portal in.")
    if answer.status >= 400:
        return Found("warned", "Answered", f"{sentence}; it is reached, but not what it serves.")
    return Found("passed", "Answered", f"{sentence}.")
