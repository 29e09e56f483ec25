"""Makes checkpoints: signed statements about where all chains end, each linked to the one before.

A checkpoint lists the chains that moved since the one before it. Since it names that one by its
hash, the last one that somebody keeps outside vouches for where every chain was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import rfc8785
from django.conf import settings
from django.db import connection, transaction

from audit import keys
from audit.enums import Place
from audit.models import Checkpoint, CheckpointCopy, CheckpointHead
from audit.verifier import CHECKPOINT, fingerprint, root, sha256
from deployments import clock

EVERY = timedelta(hours=1)
FORMAT = 1
BATCH = 2000
# Taken by whoever makes one: the application may not lock rows that it may not change.
LOCK = 0x6175646974
MOVED = """
SELECT heads.chain, heads.event_count, heads.event_head
FROM (
    SELECT 'deployment:' || id AS chain, event_count, event_head FROM deployments_deployment
    UNION ALL SELECT key, event_count, event_head FROM deployments_chain
) AS heads
LEFT JOIN LATERAL (
    SELECT hash FROM audit_checkpointhead AS seen
    WHERE seen.chain = heads.chain ORDER BY seen.checkpoint_id DESC LIMIT 1
) AS last ON true
WHERE heads.event_count > 0 AND heads.event_head IS DISTINCT FROM last.hash
"""
Head = tuple[str, int, str]


@transaction.atomic
def make() -> Checkpoint | None:
    """One more checkpoint, unless nothing has changed since the last one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    heads = moved()
    if not heads:
        return None
    made = _signed(heads)
    CheckpointHead.objects.bulk_create(
        (
            CheckpointHead(
                checkpoint=made, position=place, chain=chain, event_count=count, hash=last
            )
            for place, (chain, count, last) in enumerate(heads)
        ),
        batch_size=BATCH,
    )
    _send(made)
    return made


def make_if_due() -> Checkpoint | None:
    """Once an hour when something changed; the sweep asks."""
    last = newest()
    if last is not None and clock.now() < last.at + EVERY:
        return None
    return make()


def moved() -> list[Head]:
    """Where chains end that no checkpoint has seen there yet, all read at one instant."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED)
        return sorted(cursor.fetchall())


def newest() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-number").first()


def _signed(heads: Sequence[Head]) -> Checkpoint:
    before, at = newest(), clock.now()
    number = before.number + 1 if before else 1
    key = keys.signing_key()
    public = keys.public_key_of(key)
    statement = rfc8785.dumps(
        {
            "format": FORMAT,
            "number": number,
            "at": at.isoformat(timespec="microseconds"),
            "previous": before.hash if before else "",
            "heads": len(heads),
            "root": root(heads),
            "key": fingerprint(public),
        }
    )
    signature = keys.sign(CHECKPOINT, statement, key)
    return Checkpoint.objects.create(
        number=number,
        at=at,
        head_count=len(heads),
        key=fingerprint(public),
        public_key=public,
        statement=statement.decode(),
        hash=sha256(statement),
        signature=signature,
    )


def _send(made: Checkpoint) -> None:
    places = [(Place.MAIL, to) for to in settings.AUDIT_CHECKPOINT_MAILS]
    if settings.AUDIT_CHECKPOINT_FOLDER:
        places.insert(0, (Place.FOLDER, settings.AUDIT_CHECKPOINT_FOLDER))
    CheckpointCopy.objects.bulk_create(
        CheckpointCopy(checkpoint=made, place=place, to=to, due_at=made.at) for place, to in places
    )


def document(made: Checkpoint) -> bytes:
    """A checkpoint as it leaves the database: what was signed, and all that the root stands for."""
    heads = made.heads.values_list("chain", "event_count", "hash")
    return rfc8785.dumps(
        {
            "statement": made.statement,
            "signature": made.signature,
            "public_key": made.public_key,
            "heads": [list(head) for head in heads],
        }
    )


def file_name(made: Checkpoint) -> str:
    """Unlike that of another checkpoint of the same number, which a restored portal may make."""
    return f"checkpoint-{made.number:06}-{made.hash[:12]}.json"
