"""Who may do what on one service, as one table of people and parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import User
from deployments.access.holders import Hold, holds_on
from deployments.access.parts import key_of, parts_offered, title_of
from deployments.models import Service


@dataclass
class Cell:
    """One part of one person: had alone, through teams, both, or not at all."""

    part: str
    title: str
    alone: bool = False
    teams: list[str] = field(default_factory=list)

    @property
    def is_held(self) -> bool:
        return self.alone or bool(self.teams)


@dataclass(frozen=True)
class Row:
    person: User
    cells: list[Cell]

    @property
    def holder(self) -> str:
        return f"person:{self.person.pk}"


@dataclass(frozen=True)
class TeamRow:
    pk: int
    name: str
    people: int
    parts: list[tuple[str, str]]

    @property
    def holder(self) -> str:
        return f"team:{self.pk}"


@dataclass(frozen=True)
class Table:
    """Only parts that somebody has are columns; `vacant` names the others."""

    columns: list[tuple[str, str]]
    rows: list[Row]
    teams: list[TeamRow]
    vacant: list[str]


def table_of(service: Service) -> Table:
    """Four queries however many people there are."""
    holds = holds_on([service.pk])
    people = User.objects.in_bulk({one.user_id for one in holds if one.user_id is not None})
    held = {one.part for one in holds if one.user_id is not None}
    offered = [(key_of(part), title_of(part)) for part in parts_offered()]
    columns = [(key, title) for key, title in offered if key in held]
    by_person: dict[int, list[Hold]] = defaultdict(list)
    for one in holds:
        if one.user_id is not None:
            by_person[one.user_id].append(one)
    ordered = sorted(people.values(), key=lambda one: (str(one).casefold(), one.username))
    return Table(
        columns=columns,
        rows=[Row(person, _cells(columns, by_person[person.pk])) for person in ordered],
        teams=_teams(holds, dict(offered)),
        vacant=[title for key, title in offered if key not in held],
    )


def _cells(columns: Iterable[tuple[str, str]], holds: Iterable[Hold]) -> list[Cell]:
    cells = {key: Cell(key, title) for key, title in columns}
    for one in holds:
        if one.team:
            cells[one.part].teams.append(one.team)
        else:
            cells[one.part].alone = True
    return list(cells.values())


def _teams(holds: Iterable[Hold], titles: dict[str, str]) -> list[TeamRow]:
    parts: dict[tuple[str, int], set[str]] = defaultdict(set)
    people: dict[tuple[str, int], set[int]] = defaultdict(set)
    for one in holds:
        if one.team:
            team = (one.team, one.group_id)
            parts[team].add(one.part)
            people[team].update([one.user_id] if one.user_id is not None else [])
    return [
        TeamRow(pk, name, len(people[name, pk]), [one for one in titles.items() if one[0] in had])
        for (name, pk), had in sorted(parts.items())
    ]
