"""How instants come out of the database: by Python's own reader, which is written in C.

psycopg reads them by a regular expression of its own, which takes thirteen times as long;
what an inbox judges holds more than a thousand of them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class Instant(TimestamptzLoader):
    """What no `datetime` can hold, such as `infinity`, is refused as psycopg does."""

    timezone = UTC  # by which Django knows that it need not bring its own

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)


def read_by(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """For Django's signal of a new connection, whose time zone is UTC."""
    connection.connection.adapters.register_loader("timestamptz", Instant)
