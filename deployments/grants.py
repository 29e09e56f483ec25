"""The application's database role: may add to history, never change it."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from psycopg import sql

APPEND_ONLY = (
    "deployments_event",
    "deployments_contentversion",
    "deployments_comment",
    "approvals_vote",
    "approvals_decision",
    "approvals_answer",
    "checklists_evidence",
    "intake_templateversion",
    "intake_linecorrection",
    "audit_checkpoint",
    "audit_checkpointhead",
)


def give_to_application(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After migrating as the owner, give the serving role what it needs and no more."""
    if using != "owner":
        return
    role = sql.Identifier(settings.DATABASES["default"]["USER"])
    database = sql.Identifier(connections[using].settings_dict["NAME"])
    tables = set(connections[using].introspection.table_names())
    with connections[using].cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "GRANT USAGE ON SCHEMA public TO {role};"
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"
                "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;"
                "REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {role};"
                "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}"
            ).format(role=role, database=database)
        )
        for table in sorted(tables.intersection(APPEND_ONLY)):
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE ON {table} FROM {role}").format(
                    table=sql.Identifier(table), role=role
                )
            )
        if "deployments_clock" in tables and not settings.PORTAL_TEST_CLOCK:
            cursor.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE ON deployments_clock FROM {role}").format(
                    role=role
                )
            )
