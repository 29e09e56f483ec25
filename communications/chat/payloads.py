"""What is posted into each kind of room: pure functions of one note. No Django in here.

Whatever a person typed is text there: it opens no markup and calls nobody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Limits of Slack's blocks.
LONGEST_HEADER, LONGEST_SECTION, LONGEST_FIELD = 150, 3000, 2000
# A word joiner behind the sign: read as before, and no longer anybody's name.
CALLS_EVERYBODY = re.compile(r"@(?=channel|here|everyone|room|all)", re.IGNORECASE)
Payload = dict[str, Any]


@dataclass(frozen=True)
class Note:
    """A message as a room reads it; `key` is the same whenever it is made, and no other's."""

    key: str
    kind: str
    subject: str
    headline: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    act: str
    words: str
    url: str
    schedule_revision: int | None = None
    is_test: bool = False

    @property
    def title(self) -> str:
        return f"[Test] {self.subject}" if self.is_test else self.subject


def slack(note: Note) -> Payload:
    """An incoming webhook's message: mrkdwn, in which only & < > open anything."""
    title = _cut(calm(note.title), LONGEST_HEADER)
    told = "\n".join(_slack(part) for part in (note.headline, note.lead, note.words) if part)
    fields = [
        {"type": "mrkdwn", "text": _cut(f"*{_slack(name)}*\n{_slack(value)}", LONGEST_FIELD)}
        for name, value in note.facts
    ]
    blocks: list[Payload] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": title},
        },
        {"type": "section", "text": {"type": "mrkdwn", "text": _cut(told, LONGEST_SECTION)}},
        {"type": "section", "fields": fields},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": _cut(_slack(note.act), LONGEST_SECTION)},
        },
    ]
    if note.url:
        link = {"type": "mrkdwn", "text": f"<{_slack(note.url)}|Open the deployment>"}
        blocks.append({"type": "section", "text": link})
    return {"text": _slack(note.title), "blocks": blocks, "unfurl_links": False}


def teams(note: Note) -> Payload:
    """An Adaptive Card; runs of text know no markdown, and nobody is mentioned in its entities."""
    body: list[Payload] = [
        _run(note.title, weight="bolder", size="large"),
        _run(note.headline, weight="bolder"),
        *(_run(part) for part in (note.lead, note.words) if part),
        *(_run(f"{name}: {value}") for name, value in note.facts),
        _run(note.act),
    ]
    card: Payload = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": body,
    }
    if note.url:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": "Open the deployment", "url": note.url}
        ]
    content = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content, "content": card}]}


def matrix(note: Note) -> Payload:
    """A notice; its empty mentions keep servers from looking for names in the text."""
    facts = "".join(f"<li><b>{_html(name)}</b>: {_html(value)}</li>" for name, value in note.facts)
    parts = [f"<p>{_html(part)}</p>" for part in (note.headline, note.lead, note.words) if part]
    link = f'<p><a href="{_html(note.url)}">Open the deployment</a></p>' if note.url else ""
    formatted = f"<h4>{_html(note.title)}</h4>{''.join(parts)}<ul>{facts}</ul>"
    return {
        "msgtype": "m.notice",
        "body": plain(note),
        "format": "org.matrix.custom.html",
        "formatted_body": f"{formatted}<p>{_html(note.act)}</p>{link}",
        "m.mentions": {},
    }


def webhook(note: Note) -> Payload:
    """For whatever is written for it: the facts by name, and the whole as text."""
    return {
        "type": "deployment.message",
        "id": note.key,
        "kind": note.kind,
        "schedule_revision": note.schedule_revision,
        "test": note.is_test,
        "title": note.title,
        "headline": note.headline,
        "facts": dict(note.facts),
        "act": note.act,
        "words": note.words,
        "url": note.url,
        "text": plain(note),
    }


PAYLOADS: dict[str, Callable[[Note], Payload]] = {
    "slack": slack, "teams": teams, "matrix": matrix, "webhook": webhook,
}  # fmt: skip


def plain(note: Note) -> str:
    lines = [
        note.title,
        *(part for part in (note.headline, note.lead, note.words) if part),
        *(f"{name}: {value}" for name, value in note.facts),
        note.act,
        note.url,
    ]
    return calm("\n".join(line for line in lines if line))


def calm(text: str) -> str:
    """Without a call to everybody in the room."""
    return CALLS_EVERYBODY.sub("@\u2060", text)


def _cut(escaped: str, longest: int) -> str:
    """Not through the middle of an escape, of which a stump would be shown."""
    if len(escaped) <= longest:
        return escaped
    return re.sub(r"&[a-z]{0,3}$", "", escaped[: longest - 1]) + "…"


def _slack(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return calm(escaped)


def _html(text: str) -> str:
    return html.escape(calm(text)).replace("\n", "<br>")


def _run(text: str, **look: str) -> Payload:
    run = {"type": "TextRun", "text": calm(text), **look}
    return {"type": "RichTextBlock", "inlines": [run]}
