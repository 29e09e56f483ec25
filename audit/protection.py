"""How well does the database itself keep history from being changed?"""

from django.db import connection

from deployments.grants import APPEND_ONLY


def unprotected_tables() -> list[str]:
    """Append-only tables that the serving role could change if their triggers were gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name "
            "WHERE has_table_privilege(current_user, name, 'UPDATE') "
            "OR has_table_privilege(current_user, name, 'DELETE') "
            "OR has_table_privilege(current_user, name, 'TRUNCATE')",
            [list(APPEND_ONLY)],
        )
        return [name for (name,) in cursor.fetchall()]


def sentence() -> str:
    """What the audit page says about it."""
    open_tables = unprotected_tables()
    if not open_tables:
        return (
            "History is protected twice: the portal's own database role may not change it, "
            "and triggers refuse whoever may."
        )
    return (
        "History is protected by triggers alone: the portal's database role could change "
        f"{', '.join(open_tables)} if they were gone."
    )
