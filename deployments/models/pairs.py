"""Columns that say one thing together."""

from django.db.models import Q


def both_or_neither(*names: str) -> Q:
    """All of these are set, or none is: who did something, and when."""
    return Q(**{f"{name}__isnull": True for name in names}) | Q(
        **{f"{name}__isnull": False for name in names}
    )
