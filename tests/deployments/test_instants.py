"""Instants come out of the database as psycopg reads them, and faster."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection
from psycopg.pq import Format

from deployments.instants import Instant

pytestmark = pytest.mark.django_db


def read(said: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [said])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 26, 20, 18, 17, 123456, UTC),
        datetime(2026, 11, 26, 20, 18, 17, 100000, UTC),
        datetime(2026, 11, 26, 20, 18, 17, tzinfo=UTC),
        datetime(12, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    ],
)
def test_instant_is_what_was_written_to_the_microsecond_and_in_utc(instant: datetime) -> None:
    found = read(instant.isoformat())
    assert isinstance(found, datetime)
    assert (found, found.tzinfo) == (instant, UTC)


def test_every_connection_reads_them_so_and_django_brings_no_other_reader() -> None:
    oid = psycopg.adapters.types["timestamptz"].oid
    connection.ensure_connection()
    assert connection.connection.adapters.get_loader(oid, Format.TEXT) is Instant
    with connection.cursor() as cursor:
        assert cursor.cursor.adapters.get_loader(oid, Format.TEXT) is Instant


@pytest.mark.parametrize("said", ["infinity", "-infinity", "20261-01-01", "0044-03-15 BC"])
def test_what_no_datetime_can_hold_is_refused(said: str) -> None:
    with pytest.raises(Exception, match=r"timestamp too (large|small)"):
        read(said)


def test_instant_in_another_zone_of_the_session_is_the_same_instant() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Kathmandu'")
    assert read("2026-11-26 20:18:17+00") == datetime(2026, 11, 26, 20, 18, 17, tzinfo=UTC)
