"""The pages of a pack: standing alone, printable, with everything that people typed escaped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string

from audit.batches import batches
from audit.evidence import Evidences, Tell, events_of
from deployments.enums import State
from deployments.sentences import said, who

AT_ONCE = 500


def record_of(found: Evidences, made: dict[str, Any]) -> bytes:
    """What was decided by whom on what: facts, decisions with their dossiers, signatures."""
    context = {
        "found": found,
        "facts": found.facts,
        "state": State(found.facts["state"]).label,
        "made": made,
    }
    return render_to_string("audit/pack/record.html", context).encode()


def history_of(found: Evidences, made: dict[str, Any], tell: Tell) -> Iterator[bytes]:
    """Every event as a sentence, oldest first, a batch at a time."""
    context = {"found": found, "facts": found.facts, "made": made}
    yield render_to_string("audit/pack/history_head.html", context).encode()
    for events in batches(events_of(found), AT_ONCE):
        rows = [(event, who(event), said(event)) for event in events]
        yield render_to_string("audit/pack/history_rows.html", {"rows": rows}).encode()
        tell(len(rows))
    yield render_to_string("audit/pack/history_foot.html", context).encode()
