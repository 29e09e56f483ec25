"""A change of rows whose text is written once: `change_built_once`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec

from django.db import connections, transaction
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

from statements.expressions import Given, filled

Said = ParamSpec("Said")
Change = tuple[QuerySet[Any, Any], dict[str, Any]]


class change_built_once(Generic[Said]):  # noqa: N801 - a decorator
    """Of a function that says which rows get which values, one that changes them.

    It answers with the ids of the rows that it found, in one statement and no order. All that is
    said, by position or by name, is a value: compared with or written down, and nothing else.
    """

    def __init__(self, build: Callable[Said, Change]) -> None:
        update_wrapper(self, build)
        self._build: Callable[..., Change] = build
        self._says = inspect.signature(build)

    def __call__(self, *said: Said.args, **by_name: Said.kwargs) -> list[int]:
        using, text, values = self._written
        asked = filled(values, self._says.bind(*said, **by_name).arguments)
        with transaction.mark_for_rollback_on_error(using=using), connections[using].cursor() as it:
            it.execute(text, asked)
            return [pk for (pk,) in it.fetchall()]

    @cached_property
    def _written(self) -> tuple[str, str, tuple[Any, ...]]:
        queryset, changed = self._build(**{name: Given(name) for name in self._says.parameters})
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(changed)
        query.clear_ordering(force=True)
        query.clear_select_clause()
        text, values = query.get_compiler(queryset.db).as_sql()
        names = connections[queryset.db].ops.quote_name
        table, key = queryset.model._meta.db_table, queryset.model._meta.pk.column
        return queryset.db, f"{text} RETURNING {names(table)}.{names(key)}", values
