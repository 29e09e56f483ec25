"""What mail says about readiness: whoever has to sign must be reached by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from accounts.enums import Kind
from accounts.models import User
from approvals.reach import Reach, demands_of, reach_of
from approvals.signoff import RuleStanding, standings_of
from communications.models import BouncingAddress
from deployments import clock
from deployments.blockers import Blocker, Findings, Waits
from deployments.enums import State
from deployments.models import Deployment, Membership
from statements import AnyOf, built_once

MEND = "messages"
THEN = "The address has to be changed, or somebody says that it works again."


@dataclass(frozen=True)
class Unreached:
    """A person whose address takes no mail, since when, and the address."""

    person: User
    since: datetime

    @property
    def waits(self) -> Waits:
        return Waits("Not reached", [f"{self.person} ({self.person.email})"], None, THEN)


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    """One question while nobody's mail bounces, a handful otherwise, however many deployments."""
    services = {one.service_id for one in deployments}
    pairs = _bouncing([one.pk for one in deployments], list(services))
    if not pairs:
        return {}
    people = _unreached({person for _, _, person in pairs})
    holding = {pk for what, pk, _ in pairs if what == "role"}
    found = _of_signers([one for one in deployments if one.service_id in holding], people)
    leads = {pk for what, pk, _ in pairs if what == "lead"}
    for one in deployments:
        if one.pk in leads:
            _add_lead(found.setdefault(one.pk, Findings()), one, people)
    return found


@built_once
def _bouncing(deployments: list[int], services: list[int]) -> QuerySet[Any, tuple[str, int, int]]:
    """`lead` with a deployment and a person, or `role` with a service and a person."""
    leads: QuerySet[Any, tuple[str, int, int]] = _bouncing_leads(deployments)
    return leads.union(_bouncing_holders(services), all=True)


def _bouncing_leads(deployments: list[int]) -> Any:
    led = Deployment.objects.filter(AnyOf("pk", deployments)).order_by()
    return (
        led.annotate(small=Lower("lead__email"), what=Value("lead"))
        .filter(small__in=_left_alone())
        .values_list("what", "pk", "lead")
    )


def _bouncing_holders(services: list[int]) -> Any:
    held = Membership.objects.filter(
        AnyOf("service", services), group__user__is_active=True, group__user__kind=Kind.PERSON
    ).order_by()
    return (
        held.annotate(small=Lower("group__user__email"), what=Value("role"))
        .filter(small__in=_left_alone())
        .values_list("what", "service", "group__user")
    )


def _left_alone() -> QuerySet[BouncingAddress, Any]:
    return BouncingAddress.objects.standing().order_by().values("address")


def _unreached(ids: Collection[int]) -> dict[int, Unreached]:
    people = {person.pk: person for person in User.objects.filter(pk__in=ids)}
    rows = BouncingAddress.objects.among(person.email for person in people.values())
    since = {row.address: row.since for row in rows}
    return {
        pk: Unreached(person, since[person.email.lower()])
        for pk, person in people.items()
        if person.email.lower() in since
    }


def _of_signers(
    deployments: Sequence[Deployment], people: Mapping[int, Unreached]
) -> dict[int, Findings]:
    if not deployments:
        return {}
    now = clock.now()
    rules, reach = standings_of(deployments, now), reach_of(deployments, now)
    return {one.pk: _of_rules(one, rules[one.pk], reach, people) for one in deployments}


def _of_rules(
    deployment: Deployment,
    rules: Sequence[RuleStanding],
    reach: Reach,
    people: Mapping[int, Unreached],
) -> Findings:
    """A blocker where a count cannot be reached without them, else a warning for each."""
    found = Findings()
    demands = demands_of(reach, deployment, rules)
    for rule in rules:
        demand = demands.get(rule.rule.key)
        lost = sorted(demand.eligible & set(people)) if demand else []
        if demand is None or not lost:
            continue
        reached = (demand.eligible - set(lost)) | _standing_in(reach, deployment, lost, people)
        for pk in lost:
            key, one = f"bouncing:{rule.rule.key}:{pk}", people[pk]
            if len(reached) < demand.count:
                clause = f"mail to a person who has to sign as {demand.title} bounces"
                found.blockers.append(Blocker(key, clause, MEND, one.since, waits=one.waits))
            else:
                clause = f"mail to {one.person}, who may sign as {demand.title}, bounces"
                found.warnings.append(Blocker(key, _dated(clause, one, deployment), MEND))
    return found


def _standing_in(
    reach: Reach, deployment: Deployment, lost: Collection[int], people: Mapping[int, Unreached]
) -> set[int]:
    """Who signs for one of them now and is reached."""
    barred = {deployment.requester_id, *reach.authors.get(deployment.pk, ())}
    return {
        row.stand_in_id
        for row in reach.absences.get(deployment.service_id, [])
        if row.absent_id in lost
        and row.starts_at <= reach.now
        and row.stand_in_id is not None
        and row.stand_in_id not in people
        and row.stand_in_id not in barred
        and (row.service_id, row.stand_in_id) in reach.seers
    }


def _add_lead(found: Findings, deployment: Deployment, people: Mapping[int, Unreached]) -> None:
    """The lead answers for everything until GO; a GO is not taken back for a mail."""
    one = people.get(deployment.lead_id)
    if one is None:
        return
    key = f"bouncing:lead:{one.person.pk}"
    if deployment.state == State.GO:
        clause = f"mail to {one.person}, the release lead, bounces"
        found.warnings.append(Blocker(key, _dated(clause, one, deployment), MEND))
        return
    clause = "mail to the release lead bounces"
    found.blockers.append(Blocker(key, clause, MEND, one.since, waits=one.waits))


def _dated(clause: str, one: Unreached, deployment: Deployment) -> str:
    """On the clock of planning, since one sentence is shared by viewers of every zone."""
    since = one.since.astimezone(ZoneInfo(deployment.zone))
    return f"{clause} since {since:%d %b %H:%M} ({deployment.zone})"
