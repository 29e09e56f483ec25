"""The page of operations: what is so, and while the portal is held what would leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from communications.enums import DeliveryState
from communications.models import Message
from communications.sending import releasing
from dashboard.operations import words
from dashboard.operations.figures import Figures, doubtful, figures, reasons

MOST_LISTED = 50


def operations_panel() -> dict[str, Any]:
    found = figures()
    said = words.lines(found)
    return {
        "figures": found,
        "lines": said,
        "summary": words.summary(found, said),
        "is_good": all(line.state == "good" for line in said),
        "sent": list(found.mail.sent.items()),
        "copies": [(DeliveryState(name).label, n) for name, n in found.mail.copies.items()],
        "ticks": list(found.ticks.items()),
        "reasons": reasons(found.at),
        "doubtful": doubtful(found.at),
        **(_held(found) if found.hold is not None else {"listed": None}),
    }


def _held(found: Figures) -> dict[str, Any]:
    """What leaves on release: the oldest of it by name, all of it by number."""
    listed: Sequence[Message] = releasing.listed(found.at, MOST_LISTED)
    count = len(listed)
    if count == MOST_LISTED:
        count = releasing.leaving(found.at).count()
    return {"listed": listed, "count": count, "more": count - len(listed)}
