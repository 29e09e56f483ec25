"""The portal's one clock: PostgreSQL's, plus the offset that only tests and the fast demo move."""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


def now() -> datetime:
    """The current instant, in UTC, from the database that also stamps and compares."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_now()")
        instant: datetime
        (instant,) = cursor.fetchone()
    return instant


class PortalNow(Func):
    """The same instant inside a query, for what is compared where it lies."""

    function = "portal_now"
    output_field = DateTimeField()
