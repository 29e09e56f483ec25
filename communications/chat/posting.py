"""One post into a room, and what is known about it afterwards."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote, unquote_plus

from communications.chat.payloads import PAYLOADS, Note
from communications.enums import ChannelKind
from communications.exceptions import Unsendable
from communications.models import Channel
from communications.sending.handover import Outcome, Result
from connections.addresses import Permit
from connections.client import Answer, GuardedClient
from connections.exceptions import Blocked, Interrupted, Trouble
from connections.hiding import SHORTEST_PART, hide_in_text, spelled
from connections.sealing import Unsealable, opened
from connections.services import connection_to_post_to
from deployments.fitting import cut, one_line

SECONDS = 8
MOST_BYTES = 64 * 1024
LONGEST_ANSWER = 200
LONGEST_WAIT = timedelta(hours=1)
# Of what is below 500 these ask to come again.
COME_AGAIN = frozenset({408, 425, 429})
BETWEEN_PARTS = re.compile(r"[/?&=;@#,:]")


@dataclass(frozen=True)
class Place:
    """Where a channel leads; `is_idempotent` where the other side drops a double by its key."""

    method: str
    url: str
    permit: Permit | None
    is_idempotent: bool = False


def place_of(channel: Channel, key: str) -> Place:
    """Raises `Unsendable` with a sentence where it leads nowhere any more."""
    try:
        connection = connection_to_post_to(channel.connection_key, channel.service.key)
        permit = connection.permit if connection else None
    except Blocked as blocked:
        raise Unsendable(blocked.sentence) from blocked
    if channel.kind == ChannelKind.MATRIX:
        assert connection is not None
        room = f"/_matrix/client/v3/rooms/{quote(channel.room, safe='')}/send/m.room.message/"
        url = f"{connection.base_url.rstrip('/')}{room}{quote(key, safe='')}"
        return Place("PUT", url, permit, is_idempotent=True)
    return Place("POST", address_of(channel), permit)


def address_of(channel: Channel) -> str:
    try:
        return opened(channel.sealed_address)
    except Unsealable as error:
        raise Unsendable(
            "The address of this channel can no longer be read, because the portal's key changed;"
            " a release manager has to type it again."
        ) from error


def post(place: Place, kind: str, note: Note) -> Outcome:
    """What the address holds is in no sentence."""
    content = json.dumps(PAYLOADS[kind](note), ensure_ascii=False).encode()
    hidden = () if place.is_idempotent else secrets_of(place.url)
    try:
        with GuardedClient(
            permit=place.permit, seconds=SECONDS, most_bytes=MOST_BYTES, secrets=hidden
        ) as client:
            answer = client.send(place.method, place.url, content)
    except Interrupted as trouble:
        result = Result.LATER if place.is_idempotent else Result.UNKNOWN
        return Outcome(result, _told(trouble, hidden))
    except Blocked as trouble:
        return Outcome(Result.NEVER, _told(trouble, hidden))
    except Trouble as trouble:
        return Outcome(Result.LATER, _told(trouble, hidden))
    return judged(answer)


def judged(answer: Answer) -> Outcome:
    """2xx is taken; 429 and 5xx ask to come again; everything else is final, redirects too."""
    if 200 <= answer.status < 300:
        return Outcome(Result.ACCEPTED)
    body = cut(one_line(answer.body.decode("utf-8", "replace")), LONGEST_ANSWER)
    said = f"The other side answered {answer.status}{f': {body}' if body else '.'}"
    if 300 <= answer.status < 400:
        said = f"The other side answered {answer.status}; a redirect is not followed."
    if answer.status >= 500 or answer.status in COME_AGAIN:
        return Outcome(Result.LATER, said, wait=asked_wait(answer.headers.get("retry-after", "")))
    return Outcome(Result.NEVER, said)


def asked_wait(said: str) -> timedelta:
    """RFC 9110, 10.2.3, in seconds; a date, which nobody of these sends, counts as nothing."""
    seconds = said.strip()
    if not seconds.isascii() or not seconds.isdecimal() or len(seconds) > 9:
        return timedelta(0)
    return min(timedelta(seconds=int(seconds)), LONGEST_WAIT)


def secrets_of(url: str) -> tuple[str, ...]:
    """The whole address, what follows its host, and each part of that which is long enough.

    The other side may say back one part alone, as it stands in the address or as that is meant.
    """
    rest = url.partition("://")[2].partition("/")[2]
    parts = [rest, *BETWEEN_PARTS.split(rest)]
    spelled_out = {one for part in parts for one in (part, unquote(part), unquote_plus(part))}
    return (url, *sorted(one for one in spelled_out if len(one) >= SHORTEST_PART))


def _told(trouble: Trouble, hidden: tuple[str, ...]) -> str:
    return hide_in_text(trouble.sentence, spelled(hidden))
