"""The verbs of a plan's parts: add, change, change several, take out, put elsewhere.

Every app says of its own parts what they are made of; what editing is, is said here once: under
the deployment's lock, only while the content may change, one event an act, and a new content
version if the content really changed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models import Q

from accounts.models import User
from deployments import content, history, policies
from deployments.described import Described
from deployments.exceptions import Invalid, Overtaken, Refused, require
from deployments.models import Deployment, Event
from deployments.policies import Rights

Row = TypeVar("Row", bound=models.Model)
Plan = TypeVar("Plan", bound=Described)
MOST_AT_ONCE = 2000
NOWHERE = "That place is no longer there; reload the page and move it again."


class Part(ABC, Generic[Row, Plan]):
    """One kind of definition of a deployment: items, rules, triggers, …"""

    word: str

    def refusal_to_open(self, rights: Rights, deployment: Deployment) -> Refused | None:
        """Why it may not be edited now; signed content is fixed once it is decided on."""
        return policies.refusal_to_edit(rights, deployment)

    @abstractmethod
    def rows(self, deployment: Deployment) -> models.QuerySet[Row]:
        """Those that are in the plan, in their order, with all that `plan_of` reads."""

    @abstractmethod
    def plan_of(self, row: Row) -> Plan: ...

    @abstractmethod
    def refusal(self, deployment: Deployment, plan: Plan, row: Row | None) -> Refused | None:
        """Why this cannot be planned; `row` is None for a new one."""

    @abstractmethod
    def make(self, deployment: Deployment, plans: Sequence[Plan]) -> list[Row]:
        """Write new rows at the end of where they belong."""

    @abstractmethod
    def write(self, deployment: Deployment, changes: Sequence[tuple[Row, Plan]]) -> None:
        """Make each row what its plan says; none of them is so already."""

    @abstractmethod
    def put(self, deployment: Deployment, row: Row, place: str) -> bool:
        """Move the row to where `place` says; False if it is there already, Invalid if nowhere."""

    def also_changes(self, row: Row, plan: Plan) -> tuple[dict[str, str], dict[str, str]]:
        """What becomes different with it that is no part of the plan: before and after."""
        return {}, {}

    def refusal_to_take_out(self, row: Row) -> Refused | None:
        return None

    def take_out(self, deployment: Deployment, rows: Sequence[Row]) -> None:
        for row in rows:
            row.delete()

    def name(self, row: Row) -> str:
        return str(row)


@transaction.atomic
def add(
    part: Part[Row, Plan], deployment_id: int, plans: Sequence[Plan], *, actor: User
) -> list[Row]:
    """Add new ones, all or none."""
    deployment = _opened(part, deployment_id, actor)
    if not plans:
        raise Invalid(f"Write what the new {part.word} is.")
    if len(plans) > MOST_AT_ONCE:
        raise Invalid(f"{len(plans)} at once are too many; {MOST_AT_ONCE} are the most.")
    for plan in plans:
        require(part.refusal(deployment, plan, None))
    rows = part.make(deployment, plans)
    said = {"added": [part.name(row) for row in rows]} if len(rows) > 1 else plans[0].plain()
    _record(deployment, _verb(part, rows, "added"), actor, rows[0], after=said)
    return rows


@transaction.atomic
def change(
    part: Part[Row, Plan], deployment_id: int, pk: int, plan: Plan, *, actor: User, shown: str
) -> Event | None:
    """Change one definition; saving it as it is changes nothing and is no event.

    `shown` is the fingerprint of what the person saw; if that moved they are told by whom.
    """
    deployment = _opened(part, deployment_id, actor)
    row = _found(part, deployment, pk)
    now = part.plan_of(row)
    if plan == now:
        return None
    if shown != now.fingerprint:
        who = _last_editor(part, deployment, row)
        raise Overtaken(f"{who} changed this {part.word} meanwhile; nothing of yours is saved.")
    require(part.refusal(deployment, plan, row))
    before, after = now.changed_to(plan)
    was, becomes = part.also_changes(row, plan)
    part.write(deployment, [(row, plan)])
    return _record(
        deployment,
        f"{part.word} changed",
        actor,
        row,
        before={**before, **was},
        after={**after, **becomes},
    )


@transaction.atomic
def change_several(
    part: Part[Row, Plan],
    deployment_id: int,
    pks: Collection[int],
    alter: Callable[[Plan], Plan],
    *,
    actor: User,
) -> int:
    """Change several in the same way, all or none; the number of those that really changed."""
    deployment = _opened(part, deployment_id, actor)
    changes, after, also = [], dict[str, str](), list[str]()
    for row in _all_found(part, deployment, pks):
        now = part.plan_of(row)
        plan = alter(now)
        if plan != now:
            require(part.refusal(deployment, plan, row))
            changes.append((row, plan))
            after = now.changed_to(plan)[1]
            also += [part.name(row)] if part.also_changes(row, plan)[1] else []
    if changes:
        part.write(deployment, changes)
        changed = [row for row, _ in changes]
        names = [part.name(row) for row in changed]
        _record(
            deployment,
            _verb(part, changed, "changed"),
            actor,
            changed[0],
            after={**after, "changed": names, **({"opened_again": also} if also else {})},
        )
    return len(changes)


@transaction.atomic
def take_out(
    part: Part[Row, Plan], deployment_id: int, pks: Collection[int], *, actor: User
) -> Event | None:
    """Take definitions out of the plan, all or none; what people said about them is kept."""
    deployment = _opened(part, deployment_id, actor)
    rows = _all_found(part, deployment, pks)
    for row in rows:
        require(part.refusal_to_take_out(row))
    if not rows:
        return None
    before = {"taken_out": [part.name(row) for row in rows]}
    verb = _verb(part, rows, "taken out")
    event = history.record(deployment, verb, actor=actor, obj=rows[0], before=before)
    part.take_out(deployment, rows)
    content.refresh(deployment, actor)
    return event


@transaction.atomic
def move(
    part: Part[Row, Plan], deployment_id: int, pk: int, place: str, *, actor: User
) -> Event | None:
    """Put one elsewhere; where it already is changes nothing and is no event."""
    deployment = _opened(part, deployment_id, actor)
    row = _found(part, deployment, pk)
    if not part.put(deployment, row, place):
        return None
    return _record(deployment, f"{part.word} moved", actor, row, after={"place": place})


def arrange(rows: Sequence[Any]) -> None:
    """Number the rows as they stand in the list, in one statement however many there are."""
    moved = [(row, place) for place, row in enumerate(rows, start=1) if row.position != place]
    if not moved:
        return
    for row, place in moved:
        row.position = place
    table = connection.ops.quote_name(moved[0][0]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET position = new.position"  # noqa: S608 - a table of our own
            " FROM unnest(%s::bigint[], %s::int[]) AS new (id, position)"
            f" WHERE {table}.id = new.id",
            [[row.pk for row, _ in moved], [place for _, place in moved]],
        )


def placed(rows: list[Row], row: Row, place: str) -> list[Row]:
    """The list with the row moved: `up`, `down`, `end`, or `before-<pk>` of another one."""
    at = rows.index(row)
    rest = [one for one in rows if one.pk != row.pk]
    match place.partition("-"):
        case ("up", "", ""):
            to = max(at - 1, 0)
        case ("down", "", ""):
            to = min(at + 1, len(rest))
        case ("end", "", ""):
            to = len(rest)
        case ("before", "-", pk) if any(str(one.pk) == pk for one in rows):
            to = next((i for i, one in enumerate(rest) if str(one.pk) == pk), at)
        case _:
            raise Invalid(NOWHERE)
    return [*rest[:to], row, *rest[to:]]


def _opened(part: Part[Any, Any], deployment_id: int, actor: User) -> Deployment:
    deployment = Deployment.objects.lock(deployment_id)
    rights = policies.rights_of(actor, deployment.service)
    require(part.refusal_to_open(rights, deployment))
    return deployment


def _found(part: Part[Row, Plan], deployment: Deployment, pk: int) -> Row:
    return _all_found(part, deployment, [pk])[0]


def _all_found(part: Part[Row, Plan], deployment: Deployment, pks: Collection[int]) -> list[Row]:
    wanted = set(pks)
    rows = list(part.rows(deployment).filter(pk__in=wanted))
    if len(rows) == len(wanted):
        return rows
    raise Overtaken(f"This {part.word} was taken out of the plan meanwhile; reload the page.")


def _record(
    deployment: Deployment,
    verb: str,
    actor: User,
    row: models.Model,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    event = history.record(deployment, verb, actor=actor, obj=row, before=before, after=after)
    content.refresh(deployment, actor)
    return event


def _verb(part: Part[Any, Any], rows: Sequence[Any], done: str) -> str:
    return f"{part.word}{'s' if len(rows) > 1 else ''} {done}"


def _last_editor(part: Part[Any, Any], deployment: Deployment, row: models.Model) -> str:
    alone = Q(verb=f"{part.word} changed", object_id=str(row.pk))
    together = Q(verb=f"{part.word}s changed", after__changed__contains=[part.name(row)])
    edits = deployment.events.filter(alone | together).order_by("-sequence")
    return edits.values_list("actor_name", flat=True).first() or "Somebody"
