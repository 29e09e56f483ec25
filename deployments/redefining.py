"""A part of a plan becomes what a document says, and keeps what was said about the rest.

Keys tell which definition is which. No act of its own: the service that calls it holds the
deployment's lock, has asked who may, records one event and refreshes the content.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from django.db import models

from deployments.editing import Part, Plan, Row, arrange
from deployments.exceptions import require
from deployments.keys import unique_keys
from deployments.models import Deployment


class KeyedPart(Part[Row, Plan]):
    """A part whose definitions bear keys, by which contents are compared."""

    @abstractmethod
    def every(self, deployment: Deployment) -> models.QuerySet[Row]:
        """Those that were taken out but keep their row, too; their keys are not given again."""

    @abstractmethod
    def title(self, plan: Plan) -> str:
        """From what a key is made."""

    @abstractmethod
    def make_with(
        self, deployment: Deployment, keys: Sequence[str], plans: Sequence[Plan]
    ) -> list[Row]:
        """Write new rows with these keys, at the end of where they belong."""

    def make(self, deployment: Deployment, plans: Sequence[Plan]) -> list[Row]:
        taken = list(self.every(deployment).values_list("key", flat=True))
        keys = unique_keys([self.title(plan) for plan in plans], taken)
        return self.make_with(deployment, keys, plans)

    def bring_back(self, deployment: Deployment, keys: Collection[str]) -> None:
        """Put those of these keys into the plan again that were taken out but keep their row."""


@dataclass(frozen=True)
class Wanted(Generic[Plan]):
    """One definition under its key; `said` are columns that only remind of the document."""

    key: str
    plan: Plan
    said: Mapping[str, Any] = field(default_factory=dict)


def redefine(
    part: KeyedPart[Row, Plan], deployment: Deployment, wanted: Sequence[Wanted[Plan]]
) -> list[Row]:
    """Make the part what is wanted, in that order; what makes no sense was refused at the door.

    Raises why one that is not wanted has to stay.
    """
    keys = [one.key for one in wanted]
    part.bring_back(deployment, keys)
    there = by_key(part, deployment)
    gone = [row for key, row in there.items() if key not in set(keys)]
    for row in gone:
        require(part.refusal_to_take_out(row))
    changed = [one for one in wanted if one.key in there]
    changed = [one for one in changed if part.plan_of(there[one.key]) != one.plan]
    fresh = [one for one in wanted if one.key not in there]
    if changed:
        part.write(deployment, [(there[one.key], one.plan) for one in changed])
    if fresh:
        part.make_with(deployment, [one.key for one in fresh], [one.plan for one in fresh])
    if gone:
        part.take_out(deployment, gone)
    now = by_key(part, deployment)
    rows = [now[key] for key in keys]
    arrange(rows)
    remind(rows, [one.said for one in wanted])
    return rows


def by_key(part: KeyedPart[Row, Plan], deployment: Deployment) -> dict[str, Any]:
    rows: Sequence[Any] = list(part.rows(deployment))
    return {row.key: row for row in rows}


def remind(rows: Sequence[Any], said: Sequence[Mapping[str, Any]]) -> None:
    """Write what the document says beside each row; one statement, and none if it stands there."""
    moved, names = [], set[str]()
    for row, columns in zip(rows, said, strict=True):
        differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
        for name, value in differing.items():
            setattr(row, name, value)
        names |= differing.keys()
        moved += [row] if differing else []
    if moved:
        model: type[models.Model] = type(moved[0])
        model._meta.base_manager.bulk_update(moved, sorted(names), batch_size=500)
