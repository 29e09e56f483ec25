"""Everything about one deployment that an auditor asks for, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785
from django.db import transaction

from approvals import records
from approvals.models import Waiver
from audit.checkpoints import Head
from audit.models import Checkpoint, CheckpointHead
from audit.verifier import path
from checklists.models import Evidence
from deployments.history import HASHED_FIELDS
from deployments.models import Deployment, Event, Exemption

BATCH = 1000
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Evidences:
    """What was so at one instant: nothing that came later is in any part of a pack."""

    deployment: Deployment
    events: int
    head: str
    facts: dict[str, Any]
    decisions: list[dict[str, Any]]
    votes: list[dict[str, Any]]
    waivers: list[dict[str, Any]]
    exemptions: list[dict[str, Any]]
    items: list[dict[str, Any]]
    comments: list[dict[str, Any]]
    versions: list[dict[str, Any]]


@transaction.atomic
def gather(deployment_id: int) -> Evidences:
    """Read under the lock below which all of it is written; events and contents are read later."""
    Deployment.objects.lock(deployment_id)
    one = Deployment.objects.with_names().get(pk=deployment_id)
    return Evidences(
        deployment=one,
        events=one.event_count,
        head=one.event_head,
        facts=_facts(one),
        decisions=[records.of_decision(row) for row in one.decisions.all()],
        votes=[records.of_vote(row) for row in one.votes.all()],
        waivers=[_waiver(row) for row in one.waivers.select_related(*PEOPLE_OF_WAIVER)],
        exemptions=[
            _exemption(row) for row in one.exemptions.select_related(*PEOPLE_OF_EXEMPTION)
        ],
        items=list(_items(one)),
        comments=[
            {"at": _at(row.created_at), "author": str(row.author), "about": row.object_text,
             "text": row.text}
            for row in one.comments.select_related("author").order_by("pk")
        ],
        versions=[
            {"number": number, "hash": digest, "author": author, "at": _at(at)}
            for number, digest, author, at in one.versions.values_list(
                "number", "hash", "author__username", "created_at"
            )
        ],
    )  # fmt: skip


PEOPLE_OF_WAIVER = ("gate", "risk_owner", "asked_by", "signed_by", "ended_by")
PEOPLE_OF_EXEMPTION = ("freeze__service", "freeze__environment", "made_by", "ended_by")


def _at(at: Any) -> str | None:
    return at.isoformat() if at else None


def _facts(one: Deployment) -> dict[str, Any]:
    times = ("t0", "window_end", "created_at", "submitted_at", "started_at", "completed_at",
             "closed_at", "rollback_at", "ended_at")  # fmt: skip
    return {
        "id": one.pk,
        "package": one.package,
        "service": {"key": one.service.key, "title": one.service.title},
        "environment": {"key": one.environment.key, "title": one.environment.title},
        "branch": one.branch,
        "commit": one.commit,
        "digest": one.digest,
        "zone": one.zone,
        "state": one.state,
        "requester": str(one.requester),
        "lead": str(one.lead),
        "authors": sorted(str(author) for author in one.authors.all()),
        "content_hash": one.content_hash,
        "schedule_hash": one.schedule_hash,
        "rollback_reason": one.rollback_reason,
        "stopped_note": one.stopped_note,
        **{name: _at(getattr(one, name)) for name in times},
    }


def _waiver(row: Waiver) -> dict[str, Any]:
    return {
        "gate": row.gate.key,
        "red": f"{row.red_state}: {row.red_reason}",
        "reason": row.reason,
        "risk_owner": str(row.risk_owner),
        "asked_by": str(row.asked_by),
        "asked_at": _at(row.asked_at),
        "signed_by": row.signature if row.signed_at else None,
        "signed_at": _at(row.signed_at),
        "ends_at": _at(row.ends_at),
        "ended_by": str(row.ended_by) if row.ended_by else None,
        "ended_at": _at(row.ended_at),
        "ended_reason": row.ended_reason,
        "content_hash": row.content_hash,
    }


def _exemption(row: Exemption) -> dict[str, Any]:
    """By its freeze as that is now; history has what it was when the exemption was given."""
    return {
        "id": row.pk,
        "freeze": row.freeze.reason,
        "scope": row.freeze.scope,
        "reason": row.reason,
        "covers_from": _at(row.covers_from),
        "covers_to": _at(row.covers_to),
        "by": str(row.made_by),
        "at": _at(row.made_at),
        "authenticated_by": row.authenticated_by,
        "ended_by": str(row.ended_by) if row.ended_by else None,
        "ended_at": _at(row.ended_at),
        "ended_reason": row.ended_reason,
    }


def _items(one: Deployment) -> Iterator[dict[str, Any]]:
    """As they stand now; files of evidence are named by their SHA-256 and kept in the portal."""
    shown: dict[int, list[dict[str, Any]]] = {}
    rows = Evidence.objects.filter(item__deployment=one).select_related("added_by")
    for row in rows.order_by("pk"):
        shown.setdefault(row.item_id, []).append(
            {"kind": row.kind, "text": row.text or row.url or row.file_name,
             "number": f"{row.number} {row.unit}".strip() if row.number is not None else None,
             "sha256": row.sha256, "added_by": str(row.added_by), "added_at": _at(row.added_at)}
        )  # fmt: skip
    for item in one.items.select_related("state_by", "seconded_by").order_by("position"):
        yield {
            "key": item.key,
            "text": item.text,
            "state": item.state,
            "by": str(item.state_by) if item.state_by else None,
            "at": _at(item.state_at),
            "seconded_by": str(item.seconded_by) if item.seconded_by else None,
            "reason": item.reason,
            "evidence": shown.get(item.pk, []),
        }


def events_of(found: Evidences) -> Iterator[Event]:
    """The chain, in batches, up to where it was when the pack was begun."""
    events = Event.objects.filter(chain=found.deployment.chain_key, sequence__lte=found.events)
    return events.select_related("on_behalf_of").order_by("sequence").iterator(chunk_size=BATCH)


def line_of(event: Event) -> bytes:
    """One event as it was hashed, to the byte, and the hash."""
    facts = {name: getattr(event, name) for name in HASHED_FIELDS}
    facts["at"] = event.at.isoformat(timespec="microseconds")
    return b'{"event":' + rfc8785.dumps(facts) + f',"hash":"{event.hash}"}}\n'.encode()


def contents_of(found: Evidences) -> Iterator[tuple[int, bytes]]:
    """Each content version as it was hashed, to the byte."""
    last = len(found.versions)
    versions = found.deployment.versions.filter(number__lte=last).values_list("number", "content")
    for number, content in versions.iterator(chunk_size=20):
        yield number, rfc8785.dumps(content)


def checkpoints_of(found: Evidences) -> Iterator[bytes]:
    """Those that saw the chain, each with the path that leads from its head to what was signed."""
    chain = found.deployment.chain_key
    seen = CheckpointHead.objects.filter(chain=chain, event_count__lte=found.events)
    for head in seen.select_related("checkpoint").order_by("checkpoint__number"):
        yield rfc8785.dumps(_shown(head.checkpoint, head)) + b"\n"


def _shown(made: Checkpoint, head: CheckpointHead) -> dict[str, Any]:
    heads: list[Head] = list(made.heads.values_list("chain", "event_count", "hash"))
    return {
        "statement": made.statement,
        "signature": made.signature,
        "public_key": made.public_key,
        "head": list(heads[head.position]),
        "path": path(heads, head.position),
    }
