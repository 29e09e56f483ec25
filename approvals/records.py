"""All that a decision or a vote says, as plain data that never changes; a pack has it as it is.

The event of each names it and the digest of this, so that a change behind the portal's back is
found. Nothing is in it that could be called otherwise later, such as the key of a role.
"""

from datetime import UTC, datetime
from typing import Any

from approvals.models import Decision, Vote


def of_decision(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.pk,
        "verdict": str(decision.verdict),
        "reason": decision.reason,
        "decided_by": decision.decided_by_name,
        "decided_by_id": decision.decided_by_id,
        "is_automatic": decision.decided_by_id is None,
        "at": _utc(decision.at),
        "content_hash": decision.content_hash,
        "schedule_hash": decision.schedule_hash,
        "latest_start": _utc(decision.latest_start) if decision.latest_start else None,
        "overridden": decision.overridden,
        "second_person": decision.dossier.get("second_person"),  # as they were called then
        "second_person_id": decision.second_person_id,
        "replaces": decision.replaces_id,
        "dossier": decision.dossier,
    }


def of_vote(vote: Vote) -> dict[str, Any]:
    """Who said what about which content, and how it was proven: text and whole numbers only."""
    return {
        "id": vote.pk,
        "rule": vote.rule_id,
        "role_title": vote.role_title,
        "person": vote.person_name,
        "person_id": vote.person_id,
        "on_behalf_of": vote.on_behalf_of_name or None,
        "on_behalf_of_id": vote.on_behalf_of_id,
        "choice": str(vote.choice),
        "statement": vote.statement,
        "reason": vote.reason,
        "grounds": vote.grounds,
        "content_hash": vote.content_hash,
        "schedule_hash": vote.schedule_hash,
        "at": _utc(vote.at),
        "authenticated_by": str(vote.authenticated_by),
        "authenticated_at": _utc(vote.authenticated_at),
        "address": vote.address,
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
