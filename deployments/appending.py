"""How an event gets into the database: by one statement, whatever it is about."""

from __future__ import annotations

from functools import cache

from django.db import connection
from psycopg import sql

from deployments.models import Chain, Deployment, Event, Outbox

# The three belong together and are written under the lock for which everybody else waits.
APPENDED = """
WITH appended AS (
    INSERT INTO {event} ({columns}) VALUES ({values}) RETURNING id, at
), waiting AS (
    INSERT INTO {outbox} (event_id, due_at, attempts, last_error)
    SELECT id, at, 0, '' FROM appended
)
UPDATE {subject} SET event_count = %s, event_head = %s WHERE id = %s
RETURNING (SELECT id FROM appended)
"""
FIELDS = [field for field in Event._meta.local_concrete_fields if not field.primary_key]


def append(event: Event, subject: Deployment | Chain) -> None:
    """Write the event, its place in the outbox, and the new head of the subject's chain."""
    subject.event_count, subject.event_head = event.sequence, event.hash
    said = [one.get_db_prep_save(getattr(event, one.attname), connection) for one in FIELDS]
    with connection.cursor() as cursor:
        statement = _statement(subject._meta.db_table)
        cursor.execute(statement, [*said, event.sequence, event.hash, subject.pk])
        (event.pk,) = cursor.fetchone()


@cache
def _statement(table: str) -> str:
    composed = sql.SQL(APPENDED).format(
        event=sql.Identifier(Event._meta.db_table),
        columns=sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in FIELDS]),
        values=sql.SQL(", ").join([sql.SQL("%s")] * len(FIELDS)),
        outbox=sql.Identifier(Outbox._meta.db_table),
        subject=sql.Identifier(table),
    )
    return composed.as_string(None)
