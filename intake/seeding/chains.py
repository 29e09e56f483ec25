"""The history of one seeded deployment: a valid chain of as many events as are wanted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from deployments.history import HASHED_FIELDS

MEANS = "seed"


@dataclass(frozen=True)
class Told:
    """One thing that happened, before it has its place in the chain."""

    at: datetime
    actor: User | None
    verb: str
    kind: str
    pk: int
    text: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Chained:
    rows: list[dict[str, Any]]
    head: str


def chained(deployment_id: int, told: Iterable[Told]) -> Chained:
    """Rows of events in order of time, each bound to the one before it."""
    previous, rows = "", []
    for sequence, one in enumerate(sorted(told, key=lambda it: it.at), start=1):
        row = {
            "chain": f"deployment:{deployment_id}",
            "sequence": sequence,
            "at": one.at,
            "deployment_id": deployment_id,
            "actor_id": one.actor.pk if one.actor else None,
            "actor_name": str(one.actor) if one.actor else "Deploy Portal",
            "on_behalf_of_id": None,
            "means": MEANS,
            "address": "",
            "verb": one.verb,
            "object_kind": one.kind,
            "object_id": str(one.pk),
            "object_text": one.text,
            "before": one.before,
            "after": one.after,
            "reason": one.reason,
            "previous_hash": previous,
        }
        previous = row["hash"] = _fingerprint(row)
        rows.append({**row, "before": _json(one.before), "after": _json(one.after)})
    return Chained(rows, previous)


def _fingerprint(row: dict[str, Any]) -> str:
    """As `history.fingerprint` says it, four times as fast.

    For text and whole numbers under ASCII names this is RFC 8785; verify_history holds it to that.
    """
    facts = {name: row[name] for name in HASHED_FIELDS}
    facts["at"] = row["at"].isoformat(timespec="microseconds")
    return hashlib.sha256(_json(facts).encode()).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
