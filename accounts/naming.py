"""A person's name within a query."""

from django.db.models import Value
from django.db.models.functions import Coalesce, Concat, Left, NullIf, Trim

from accounts.models import LONGEST_NAME


def called(person: str) -> Left:
    """What `str` says of whom this path leads to, and null where it leads to nobody."""
    full = Trim(Concat(f"{person}__first_name", Value(" "), f"{person}__last_name"))
    name = Coalesce(
        NullIf(f"{person}__display_name", Value("")),
        NullIf(full, Value("")),
        f"{person}__username",
    )
    return Left(name, LONGEST_NAME)
