"""A database of a benchmark's own, cloned from the migrated template and dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from tests import databases


@contextmanager
def database(name: str) -> Iterator[None]:
    databases.make_templates()
    databases.clone(name)
    databases.point_to(name)
    try:
        yield
    finally:
        connections.close_all()
        databases.drop(name)
