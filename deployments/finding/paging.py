"""Pages by key: each is found by where the one before ended, so the last is as fast as the first.

The order is that of the list: what has no time yet first, then the latest T0, then the newest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, DateTimeField, F, Func, TextField, Value

from deployments.models import Deployment
from deployments.models.deployment import MOMENT, DeploymentQuerySet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIZE = 25
# More are not counted: nobody reads on, and counting reads every row.
MOST_COUNTED = 1000
Key = tuple[datetime, int]


@dataclass(frozen=True)
class Page:
    """`newer` and `older` are what `?from=` and `?to=` of the neighbouring pages say, if any."""

    rows: Sequence[Deployment]
    newer: str = ""
    older: str = ""


class Pair(Func):
    """Two values that are compared as one, which one index answers."""

    template = "(%(expressions)s)"
    arity = 2
    output_field = TextField()


def page(deployments: DeploymentQuerySet, *, after: str = "", before: str = "") -> Page:
    """The page after one key, or before one; what is no key of ours shows the first page."""
    rows: Any = deployments.annotate(moment=MOMENT)
    if key := key_of(before):
        upwards = rows.filter(_beyond(key, ">")).order_by("moment", "pk")
        found = list(upwards[: SIZE + 1])
        if len(found) > SIZE:
            shown = found[:SIZE][::-1]
            return Page(shown, newer=_key(shown[0]), older=_key(shown[-1]))
    rows = rows.order_by("-moment", "-pk")
    start = key_of(after)
    found = list((rows.filter(_beyond(start, "<")) if start else rows)[: SIZE + 1])
    shown = found[:SIZE]
    return Page(
        shown,
        newer=_key(shown[0]) if start and shown else "",
        older=_key(shown[-1]) if len(found) > SIZE else "",
    )


def count_up_to_most(deployments: DeploymentQuerySet) -> int:
    """How many, told exactly up to MOST_COUNTED; one more means more."""
    return deployments.order_by()[: MOST_COUNTED + 1].count()


def key_of(said: str) -> Key | None:
    """From the address: microseconds since 1970 and the number, as `_key` wrote them."""
    micro, _, number = said.partition("-")
    if not (_is_number(micro) and _is_number(number)):
        return None
    try:
        return EPOCH + timedelta(microseconds=int(micro)), int(number)
    except OverflowError:
        return None


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 19


def _key(row: Any) -> str:
    return f"{(row.moment - EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def _beyond(key: Key, sign: str) -> Func:
    moment, number = key
    shown = Pair(Value(moment, DateTimeField()), Value(number))
    return Func(
        Pair(F("moment"), F("pk")),
        shown,
        template="%(expressions)s",
        arg_joiner=f" {sign} ",
        output_field=BooleanField(),
    )
