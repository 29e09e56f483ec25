"""Each event as a sentence, the same on pages, in packs and in print."""

from __future__ import annotations

from deployments.enums import State
from deployments.models import Event

LONGEST = 160
ITSELF = frozenset({"deployment", "chain"})
STATES = dict(State.choices)


def said(event: Event) -> str:
    """What the actor did; it follows their name."""
    words = [event.verb]
    if event.verb == "content changed" and event.after.get("version"):
        words.append(f": version {event.after['version']}")
    elif event.object_kind not in ITSELF:
        words.append(f": {_short(event.object_text)}")
    if owner := event.after.get("owner"):
        words.append(f" to {_short(str(owner))}")
    words.append(moved(event))
    if event.reason:
        words.append(f", “{_short(event.reason)}”")
    return "".join(words)


def sentence(event: Event) -> str:
    return f"{who(event)} {said(event)}"


def who(event: Event) -> str:
    """Who acted, and for whom; whoever lists events reads `on_behalf_of` with them."""
    absent = event.on_behalf_of
    return f"{event.actor_name} for {absent}" if absent else event.actor_name


def moved(event: Event) -> str:
    """From which state to which; a request to run several gates keeps that of each by its key."""
    before, after = event.before.get("state"), event.after.get("state")
    if isinstance(before, dict) and isinstance(after, dict):
        each = [
            (key, _change(was, after[key])) for key, was in sorted(before.items()) if key in after
        ]
        said = [change if len(each) == 1 else f"{key} {change}" for key, change in each]
        return f" ({_short(', '.join(said))})" if said else ""
    is_said = before and after and isinstance(before, str) and isinstance(after, str)
    return f" ({_change(before, after)})" if is_said else ""


def _change(before: object, after: object) -> str:
    return " → ".join(STATES.get(str(one), str(one)) for one in (before, after))


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= LONGEST else f"{one_line[: LONGEST - 1]}…"
