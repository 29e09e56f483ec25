"""A queryset whose text is written once: `built_once`.

Django writes the text of a queryset anew each time, which for what judges a deployment costs ten
times as much as asking it does. Rows are read by Django's own classes, so what comes is the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache, partial, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from statements.expressions import Given, filled

Said = ParamSpec("Said")
Row = TypeVar("Row")

# All that a compiler knows of the rows once it has written the text.
READS = ("select", "klass_info", "annotation_col_map", "col_count", "has_extra_select")


class built_once(Generic[Said, Row]):  # noqa: N801 - a decorator
    """Of a function that builds a queryset, one that asks it.

    What stands by position is a value: while it is built a place for one, so the function may
    compare with it and do nothing else. What stands by keyword is part of the text, and has one for
    each of its values, so there are few of them.
    """

    def __init__(self, build: Callable[Said, QuerySet[Any, Row]]) -> None:
        update_wrapper(self, build)
        self._names = [
            name
            for name, one in inspect.signature(build).parameters.items()
            if one.kind is not inspect.Parameter.KEYWORD_ONLY
        ]
        self._written: Callable[..., Any] = cache(partial(_written, build, self._names))

    def __call__(self, *said: Said.args, **shape: Said.kwargs) -> list[Row]:
        asked = self._written(**shape).all()
        asked.query.said = dict(zip(self._names, said, strict=True))
        return list(asked)


def _written(build: Callable[..., QuerySet[Any, Row]], names: list[str], **shape: Any) -> Any:
    queryset: Any = build(*map(Given, names), **shape)
    compiler = queryset.query.get_compiler(using=queryset.db)
    text, values = compiler.as_sql()
    reads = {name: getattr(compiler, name) for name in READS}
    read = [column[0] for column in compiler.select[: compiler.col_count]]
    reads["converters"] = compiler.get_converters(read)
    asked: Any = queryset.query.chain(klass=_Query)
    asked.reader = partial(_Reader, asked, reads, text, values)
    queryset._query = asked  # noqa: SLF001 - as `query` it would forget to read rows as tuples
    return queryset


class _Query(Query):
    """What Django asks for a compiler, and gets one that has nothing left to write."""

    reader: Callable[..., SQLCompiler]
    said: Mapping[str, Any]

    def get_compiler(self, using: Any = None, *args: Any, **kwargs: Any) -> SQLCompiler:
        return self.reader(using, self.said)


class _Reader(SQLCompiler):
    """Asks by a text that is there, and reads the rows as the compiler that wrote it would."""

    converters: Any

    def __init__(  # noqa: PLR0917 - the first four are the same for all that are asked
        self,
        query: Query,
        reads: Mapping[str, Any],
        text: str,
        values: tuple[Any, ...],
        using: str,
        said: Mapping[str, Any],
    ) -> None:
        super().__init__(query, connections[using], using)
        vars(self).update(reads)
        self._asked = text, filled(values, said)

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        return self._asked

    def get_converters(self, expressions: Any) -> Any:
        return self.converters
