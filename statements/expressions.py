"""What stands in a statement: a place for a value, and a way to look for one of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models


class Given(models.Expression):
    """A place in a statement for the value that is said each time it is asked.

    The database takes its type from what it is compared with.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def filled(values: Iterable[Any], said: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of a statement, each place taken by what is said this time."""
    return tuple(said[one.name] if isinstance(one, Given) else one for one in values)


class AnyOf(models.Func):
    """Whether a value is one of an array that is read once, before the rows are looked for.

    For the planner that is a handful of values, for which it has indexes; of a subquery it thinks
    that next to nothing comes, and reads all of a table first.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    arity = 2
    output_field = models.BooleanField()
