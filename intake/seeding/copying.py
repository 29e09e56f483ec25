"""Rows by COPY: one that was made once is written many times with some columns changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, models

Row = dict[str, Any]


def plain(instance: models.Model) -> Row:
    """Every column of a row but its id, as the database takes it."""
    return {
        str(field.column): field.get_db_prep_save(getattr(instance, field.attname), connection)
        for field in instance._meta.concrete_fields
        if not field.primary_key
    }


def reserve(model: type[models.Model], count: int) -> Iterator[int]:
    """Ids that nobody else is given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return iter([pk for (pk,) in cursor.fetchall()])


def copy_in(model: type[models.Model], rows: Iterable[Row]) -> int:
    """Write rows that all have the same columns; ids that are not told come from the sequence."""
    quote, count = connection.ops.quote_name, 0
    columns: list[str] = []
    with connection.cursor() as cursor:
        listed = iter(rows)
        first = next(listed, None)
        if first is None:
            return 0
        columns = list(first)
        names = ", ".join(map(quote, columns))
        with cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy:
            for row in (first, *listed):
                copy.write_row([row[column] for column in columns])
                count += 1
    return count
