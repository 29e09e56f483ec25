"""Holds the whole portal: after a backup was restored, until an administrator releases it.

What had left after the backup was taken nobody here can know, so nothing leaves by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connections
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from psycopg import sql

from deployments.models import PortalHold

# Ids given out after the backup was taken are in mails that have left, and in the Message-IDs by
# which a mailbox tells a double: none of them may come to mean something else.
IDS_SKIPPED = 100_000

HELD = """
INSERT INTO deployments_portalhold (id, held_at, reason, backup_from)
VALUES (1, portal_now(), {reason}, {backup_from})
ON CONFLICT (id) DO UPDATE
    SET held_at = excluded.held_at, reason = excluded.reason, backup_from = excluded.backup_from;
"""
RESTORED = """
DELETE FROM deployments_tick;
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + {ids})
FROM pg_sequences WHERE schemaname = 'public';
"""
# A backup has the tables of its own version; `migrate` brings the later ones afterwards, empty.
WHERE_THERE = """
DO $$
BEGIN
    IF to_regclass('public.{table}') IS NOT NULL THEN
        {statement}
    END IF;
END $$;
"""
# Who signed out or lost a link after the backup was taken would be let in again by what it brings
# back, so nothing that opens a page by itself survives a restore.
_doubts: dict[str, str] = {
    "django_session": "DELETE FROM django_session;",
    "deployments_sharelink": """
        UPDATE deployments_sharelink
        SET expires_at = greatest(made_at + interval '1 microsecond', portal_now()),
            sealed_secret = ''
        WHERE revoked_at IS NULL AND expires_at > portal_now();""",
    "deployments_calendarfeed": """
        UPDATE deployments_calendarfeed SET revoked_at = portal_now() WHERE revoked_at IS NULL;""",
}


def register(statements: Mapping[str, str]) -> None:
    """By table, the SQL that an app wants run on it in the transaction that restores a backup.

    A backup of an earlier version may not have the table; then nothing of it is in doubt.
    """
    _doubts.update(statements)


def on() -> RawSQL:
    """For the WHERE of whatever starts something by itself."""
    return RawSQL("EXISTS (SELECT FROM deployments_portalhold)", [], BooleanField())


def is_on() -> bool:
    return PortalHold.objects.exists()


def statements(reason: str, backup_from: datetime | None, *, restored: bool) -> str:
    """What holds the portal; where it was `restored`, also what a backup leaves in doubt.

    SQL and no rows of Django, since it has to be in the one transaction that brings the tables.
    """
    held = sql.SQL(HELD).format(reason=sql.Literal(reason), backup_from=sql.Literal(backup_from))
    parts = [held.as_string(None)]
    if restored:
        parts += [sql.SQL(RESTORED).format(ids=sql.Literal(IDS_SKIPPED)).as_string(None)]
        parts += [
            WHERE_THERE.format(table=table, statement=said.strip())
            for table, said in _doubts.items()
        ]
    return "SET search_path = public;\n" + "\n".join(parts)


def hold(reason: str, backup_from: datetime | None, *, restored: bool, using: str) -> None:
    """Hold a portal whose tables are there already; `using` is the role that owns them."""
    said = statements(reason, backup_from, restored=restored)
    with connections[using].cursor() as cursor:
        cursor.execute(said)
