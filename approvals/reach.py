"""Whether those who may sign reach every signature that is missing, told before it is too late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.enums import Kind
from approvals.feasibility import Away, Demand, Gap, crowded, gaps
from approvals.models import Vote
from approvals.policies.submitting import crowd_clause, shortage_clause
from approvals.readiness import Readiness, joined
from approvals.signoff import RuleStanding
from deployments.blockers import Blocker, Page
from deployments.enums import Right, State
from deployments.models import (
    Deployment,
    Membership,
    ServiceGroupObjectPermission,
    StandIn,
)
from statements import AnyOf, built_once

Pair = tuple[int, int]
KEY, MEND = "reach:", "sign-off"
AWAY = f"{KEY}away:"
PEOPLE = Page("deployments:service", is_of_service=True)


@dataclass
class Reach:
    """Who could sign where: read at once for many deployments."""

    holders: Mapping[Pair, set[int]]
    absences: Mapping[int, list[StandIn]]
    seers: Collection[Pair]
    authors: Mapping[int, set[int]]
    now: datetime

    def held(self, deployment: Deployment, rule: RuleStanding) -> set[int]:
        return self.holders.get((deployment.service_id, rule.rule.role_id), set())


def unreachable(
    deployments: Sequence[Deployment], rules: Mapping[int, list[RuleStanding]], now: datetime
) -> dict[int, list[Blocker]]:
    """Warnings of those in review that still wait for signatures, in three or four queries."""
    waiting = [
        one
        for one in deployments
        if one.state == State.IN_REVIEW and any(rule.missing for rule in rules[one.pk])
    ]
    if not waiting:
        return {}
    reach = reach_of(waiting, now)
    return {one.pk: warnings(reach, one, rules[one.pk]) for one in waiting}


def unreachable_once_asked(
    deployment: Deployment, rules: Sequence[RuleStanding], now: datetime
) -> list[Blocker]:
    """What absences would mean if it were submitted now; other shortages stop the submit."""
    reach = reach_of([deployment], now)
    return gap_warnings(reach, deployment, rules)


def clauses(readiness: Readiness | None) -> tuple[str, ...]:
    """What a verdict says of signatures that cannot be reached, for whoever is told of it."""
    found = readiness.warnings if readiness else ()
    return tuple(one.clause for one in found if one.key.startswith(KEY))


def reach_of(deployments: Sequence[Deployment], now: datetime) -> Reach:
    services = list({one.service_id for one in deployments})
    holders: dict[Pair, set[int]] = defaultdict(set)
    for service, role, person in _held(services):
        holders[service, role].add(person)
    absences: dict[int, list[StandIn]] = defaultdict(list)
    for row in _absences(services, now):
        absences[row.service_id].append(row)
    authors = {one.pk: set(one.author_ids) for one in deployments}
    return Reach(holders, absences, set(_seers(services)) if absences else set(), authors, now)


@built_once
def _held(services: list[int]) -> QuerySet[Membership, tuple[int, int, int]]:
    held = Membership.objects.filter(
        AnyOf("service", services), group__user__is_active=True, group__user__kind=Kind.PERSON
    )
    return held.values_list("service", "role", "group__user")


@built_once
def _absences(services: list[int], now: datetime) -> QuerySet[StandIn, Any]:
    return StandIn.objects.lasting(now).filter(AnyOf("service", services)).with_names()


@built_once
def _seers(services: list[int]) -> QuerySet[ServiceGroupObjectPermission, Pair]:
    seen = ServiceGroupObjectPermission.objects.filter(
        AnyOf("content_object", services),
        permission__codename=Right.SEE,
        group__user__is_active=True,
        group__user__kind=Kind.PERSON,
    )
    return seen.values_list("content_object", "group__user")


def warnings(reach: Reach, deployment: Deployment, rules: Sequence[RuleStanding]) -> list[Blocker]:
    """One for each count that cannot be reached at all, and one for each time of absence."""
    demands = demands_of(reach, deployment, rules)
    elsewhere = set(_counting(deployment, rules)) - _out(reach, deployment)
    found = [
        Blocker(
            f"{KEY}short:{rule.rule.key}", _short(demands[rule.rule.key], held), MEND, page=PEOPLE
        )
        for rule in rules
        if rule.rule.key in demands and demands[rule.rule.key].is_short
        for held in [reach.held(deployment, rule) & elsewhere]
    ]
    if together := crowded(list(demands.values())):
        found.append(Blocker(f"{KEY}crowd", crowd_clause(together), MEND, page=PEOPLE))
    return found + gap_warnings(reach, deployment, rules)


def _short(demand: Demand, counting: Collection[int]) -> str:
    """People who hold the role and count already are another reason than those who never may."""
    if not counting:
        return shortage_clause(demand)
    who = "nobody else" if not demand.eligible else f"only {len(demand.eligible)} more"
    lacks = "a signature" if demand.count == 1 else f"{demand.count} signatures"
    return f"{demand.title} lacks {lacks}, and {who} may sign it: one person counts once"


def gap_warnings(
    reach: Reach, deployment: Deployment, rules: Sequence[RuleStanding]
) -> list[Blocker]:
    """Signatures count until T0, so that is how far ahead absences are looked at."""
    rows = reach.absences.get(deployment.service_id, [])
    if deployment.t0 is None or not rows:
        return []
    demands = demands_of(reach, deployment, rules)
    never = _out(reach, deployment) | set(_counting(deployment, rules))
    away = [
        Away(
            row.absent_id,
            row.starts_at,
            row.ends_at,
            row.stand_in_id if _may_stand_in(reach, row, never) else None,
        )
        for row in rows
    ]
    found = gaps(list(demands.values()), away, reach.now, deployment.t0)
    people = {row.absent_id: row for row in rows}
    return [
        Blocker(
            _key(gap),
            clause(gap, [people[one] for one in sorted(gap.away)], deployment, reach.now),
            MEND,
            page=PEOPLE,
        )
        for gap in found
    ]


def _key(gap: Gap) -> str:
    """Whose signatures cannot be given until when; it stays the same as that time comes nearer."""
    titles = slugify(" ".join(gap.short or gap.crowd))
    return f"{AWAY}{gap.ends_at:%Y%m%dT%H%M}:{titles}"


def past_help(found: Sequence[Blocker], t0: datetime) -> list[Blocker]:
    """Of the warnings those of what lasts until T0; what an absence ends before can wait for it."""
    until_t0 = f"{AWAY}{t0:%Y%m%dT%H%M}:"
    return [one for one in found if one.key.startswith(until_t0) or not one.key.startswith(AWAY)]


def _may_stand_in(reach: Reach, row: StandIn, never: Collection[int]) -> bool:
    """Not those who may not sign this content, count on it already or no longer see the service."""
    return row.stand_in_id not in never and (row.service_id, row.stand_in_id) in reach.seers


def _counting(deployment: Deployment, rules: Sequence[RuleStanding]) -> dict[int, Vote]:
    """Those who count on the content as it is, each by one vote."""
    return {
        party: vote
        for rule in rules
        for vote in rule.current
        if vote.content_hash == deployment.content_hash
        for party in vote.parties
    }


def _out(reach: Reach, deployment: Deployment) -> set[int]:
    version = deployment.content_version
    editor = {version.author_id} if version else set()
    return {deployment.requester_id, *editor, *reach.authors.get(deployment.pk, ())}


def demands_of(
    reach: Reach, deployment: Deployment, rules: Sequence[RuleStanding]
) -> dict[str, Demand]:
    """What is still missing under each rule, and who counts under none yet."""
    out = _out(reach, deployment)
    taken = _counting(deployment, rules)
    found = {}
    for rule in rules:
        if not rule.missing:
            continue
        held = reach.held(deployment, rule)
        signed = {party for vote in rule.approvals for party in vote.parties}
        free = {
            one
            for one in held - out - signed
            if one not in taken or taken[one].rule_id == rule.rule.pk
        }
        title = rule.rule.role.title
        found[rule.rule.key] = Demand(title, rule.missing, frozenset(free), len(held))
    return found


def clause(gap: Gap, rows: Sequence[StandIn], deployment: Deployment, now: datetime) -> str:
    """Such as "Security cannot be reached from 12 to 16 Nov: Ann is away and nobody stands in"."""
    titles = joined(list(dict.fromkeys(gap.short or gap.crowd)))
    when = span(gap, deployment.zone, now)
    people = joined([str(row.absent) for row in rows])
    are = "is" if len(rows) == 1 else "are"
    covered = [row for row in rows if row.stand_in_id]
    why = "and nobody stands in" if not covered else "and too few others may sign"
    if gap.short:
        return f"{titles} cannot be reached {when}: {people} {are} away {why}"
    return f"{titles} need more people than are there {when}: {people} {are} away {why}"


def span(gap: Gap, zone: str, now: datetime) -> str:
    """On the clock of planning, since one sentence is shared by viewers of every zone."""
    place = ZoneInfo(zone)
    first, last = gap.starts_at.astimezone(place), gap.ends_at.astimezone(place)
    if gap.starts_at <= now:
        return f"until {last:%d %b %H:%M} ({zone})"
    return f"from {first:%d %b %H:%M} to {last:%d %b %H:%M} ({zone})"
