"""Keeps secrets out of what others said: whatever echoes one shows a mark in its place."""

import html
import json
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, quote_plus

HIDDEN = b"[secret]"
SHORTEST_PART = 8


def hideable(secrets: Iterable[str]) -> list[bytes]:
    """The secrets and their longer lines, the longest first."""
    whole = [secret for secret in secrets if secret.strip()]
    lines = [line.strip() for secret in whole for line in secret.splitlines()]
    parts = {*whole, *(line for line in lines if len(line) >= SHORTEST_PART)}
    return sorted((part.encode() for part in parts), key=len, reverse=True)


def spelled(secrets: Iterable[str]) -> list[bytes]:
    """The secrets as a server may write them back: in JSON, in HTML, in an address."""
    found = set[str]()
    for secret in secrets:
        in_json = json.dumps(secret)[1:-1]
        found |= {secret, in_json, in_json.replace("/", "\\/"), html.escape(secret)}
        found |= {json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe="")}
        found |= {quote(secret), quote_plus(secret)}
    return hideable(found)


def hide(said: bytes, hidden: Sequence[bytes]) -> bytes:
    for secret in hidden:
        said = said.replace(secret, HIDDEN)
    return said


def hide_in_text(said: str, hidden: Sequence[bytes]) -> str:
    return hide(said.encode(errors="surrogateescape"), hidden).decode(errors="surrogateescape")


def hide_in_stream(parts: Iterable[bytes], hidden: Sequence[bytes]) -> Iterator[bytes]:
    """Like `hide`, for parts that may cut a secret in two."""
    longest = max(map(len, hidden), default=0)
    held = b""
    for part in parts:
        held = hide(held + part, hidden)
        if (whole := len(held) - longest) > 0:
            yield held[:whole]
            held = held[whole:]
    yield held
