"""How an event gets into the database: by one statement, whatever it is about."""

from __future__ import annotations

from functools import cache

from django.db import connection
from psycopg import sql

from deployments.models import Chain, Deployment, Event, Outbox

# They belong together and are written under the lock for which everybody else waits.
APPENDED = """
WITH appended AS (
    INSERT INTO {event} ({columns}) VALUES ({values}) RETURNING id, at
){waiting}
UPDATE {subject} SET event_count = %s, event_head = %s WHERE id = %s
RETURNING (SELECT id FROM appended)
"""
WAITING = """, waiting AS (
    INSERT INTO {outbox} (event_id, due_at, attempts, last_error)
    SELECT id, at, 0, '' FROM appended
)"""
FIELDS = [field for field in Event._meta.local_concrete_fields if not field.primary_key]


def append(event: Event, subject: Deployment | Chain, *, is_awaited: bool) -> None:
    """Write the event, its place in the outbox if it is awaited, and the head of its chain."""
    subject.event_count, subject.event_head = event.sequence, event.hash
    said = [one.get_db_prep_save(getattr(event, one.attname), connection) for one in FIELDS]
    with connection.cursor() as cursor:
        statement = _statement(subject._meta.db_table, is_awaited=is_awaited)
        cursor.execute(statement, [*said, event.sequence, event.hash, subject.pk])
        (event.pk,) = cursor.fetchone()


@cache
def _statement(table: str, *, is_awaited: bool) -> str:
    outbox = sql.SQL(WAITING).format(outbox=sql.Identifier(Outbox._meta.db_table))
    composed = sql.SQL(APPENDED).format(
        event=sql.Identifier(Event._meta.db_table),
        columns=sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in FIELDS]),
        values=sql.SQL(", ").join([sql.SQL("%s")] * len(FIELDS)),
        waiting=outbox if is_awaited else sql.SQL(""),
        subject=sql.Identifier(table),
    )
    return composed.as_string(None)
