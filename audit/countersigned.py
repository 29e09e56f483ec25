"""Do chains still say what signed checkpoints saw, in the database and in files kept outside?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from audit import keys
from audit.faults import Fault
from audit.models import Checkpoint, CheckpointHead
from audit.verifier import CHECKPOINT, is_signed, root, sha256

# Of every head that a checkpoint saw, whether that event is still there.
DIFFERS = """
SELECT seen.chain, seen.event_count, checkpoint.number, event.id IS NULL
FROM audit_checkpointhead AS seen
JOIN audit_checkpoint AS checkpoint ON checkpoint.id = seen.checkpoint_id
LEFT JOIN deployments_event AS event
    ON event.chain = seen.chain AND event.sequence = seen.event_count
WHERE event.hash IS DISTINCT FROM seen.hash AND (%(chain)s::text IS NULL OR seen.chain = %(chain)s)
ORDER BY seen.chain, seen.event_count
"""

UNLIKE = """
SELECT seen.chain, seen.place, event.id IS NULL
FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS seen(chain, place, hash)
LEFT JOIN deployments_event AS event ON event.chain = seen.chain AND event.sequence = seen.place
WHERE event.hash IS DISTINCT FROM seen.hash ORDER BY seen.chain
"""


def latest_of(chain: str) -> CheckpointHead | None:
    """Where the last checkpoint saw a chain end; none, if no checkpoint has seen it."""
    seen = CheckpointHead.objects.filter(chain=chain).select_related("checkpoint")
    return seen.order_by("-checkpoint").first()


def faults_of_checkpoints(chain: str | None = None) -> tuple[int, list[Fault]]:
    """How many checkpoints there are, and what is wrong with them or with what they saw.

    For one chain only those that saw it are read, and not what else they saw.
    """
    if chain is None:
        number, faults = _all()
    else:
        seen = Checkpoint.objects.filter(heads__chain=chain)
        number, faults, vouching = len(seen), [], keys.known()
        for one in seen:
            faults += [Fault(str(one), None, said) for said in _wrong(one, vouching)]
    with connection.cursor() as cursor:
        cursor.execute(DIFFERS, {"chain": chain})
        for name, count, seen_by, is_gone in cursor.fetchall():
            faults.append(Fault(name, count, _differs(seen_by, is_gone=is_gone)))
    return number, faults


def _all() -> tuple[int, list[Fault]]:
    """Each also follows the one before it, and its root is that of the heads beside it."""
    vouching, before, number = keys.known(), "", 0
    faults: list[Fault] = []
    for one in Checkpoint.objects.order_by("number").iterator():
        number += 1
        if one.number != number:
            faults.append(Fault(f"checkpoint {number}", None, "it is missing"))
            number = one.number
        wrong, facts = list(_wrong(one, vouching)), json.loads(one.statement)
        if facts["previous"] != before:
            wrong.append("it does not follow the checkpoint before it")
        if root(one.heads.values_list("chain", "event_count", "hash")) != facts["root"]:
            wrong.append("the chains that it saw were changed")
        faults += [Fault(str(one), None, said) for said in wrong]
        before = one.hash
    return number, faults


def _wrong(one: Checkpoint, vouching: Iterable[str]) -> Iterator[str]:
    facts = json.loads(one.statement)
    if not is_signed(CHECKPOINT, one.statement.encode(), one.signature, one.public_key):
        yield "it was changed: its signature does not fit it"
    elif one.key not in vouching or facts["key"] != one.key:
        yield f"it is signed by the key {one.key}, which is none of this portal's"
    if sha256(one.statement.encode()) != one.hash or facts["number"] != one.number:
        yield "it was changed after it was signed"


def _differs(number: int, *, is_gone: bool) -> str:
    said = "which is gone: the tail was cut off" if is_gone else "and it was another one"
    return f"checkpoint {number} saw this event, {said}"


def faults_against(place: Path) -> tuple[int, list[Fault]]:
    """How many checkpoints a folder or file holds, and where the database differs from them."""
    vouching, faults = keys.known(), []
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    for file in files:
        faults += [Fault(file.name, None, said) for said in _outside(file, vouching)]
    return len(files), faults


def _outside(file: Path, vouching: dict[str, str]) -> Iterator[str]:
    try:
        said = json.loads(file.read_bytes())
        statement, facts, heads = said["statement"], json.loads(said["statement"]), said["heads"]
        fits = is_signed(CHECKPOINT, statement.encode(), said["signature"], said["public_key"])
        is_ours, number = facts["key"] in vouching, int(facts["number"])
        whole = root(heads) == facts["root"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"it is no checkpoint, or not whole: {error}"
        return
    if not is_ours or vouching[facts["key"]] != said["public_key"]:
        yield "it is signed by a key that is none of this portal's"
    elif not fits or not whole:
        yield "it was changed after it was signed"
    else:
        yield from _unlike(number, statement, heads)


def _unlike(number: int, statement: str, heads: list[list[Any]]) -> Iterator[str]:
    kept = Checkpoint.objects.filter(number=number).first()
    if kept is None:
        yield f"the database has no checkpoint {number}: its end was cut off"
    elif kept.statement != statement:
        yield f"the database has another checkpoint {number}: history was written anew"
    for at in range(0, len(heads), 1000):
        yield from _moved(heads[at : at + 1000])


def _moved(heads: list[list[Any]]) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(UNLIKE, [list(part) for part in zip(*heads, strict=True)])
        for chain, place, is_gone in cursor.fetchall():
            yield f"{chain} event {place} is {'gone' if is_gone else 'another one'}"
