"""Who may sign what, who has, who may not and why, since when and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import User
from approvals.asking import held_by, standing_in
from approvals.models import Vote
from approvals.requests import due_of
from approvals.signoff import RuleStanding, asked_since
from deployments.blockers import Blocker, Waits
from deployments.enums import BEFORE_START, State
from deployments.models import Deployment, StandIn

HAPPENS = "Without it there is no GO, and at T0 it is a HOLD by itself."
HAPPENS_TO_OBJECTION = "There is no GO until it is taken back."


@dataclass(frozen=True)
class Barred:
    name: str
    why: str


@dataclass(frozen=True)
class Row:
    """One rule with its people; `lost` are authors of objections who no longer hold the role."""

    standing: RuleStanding
    able: Sequence[User]
    stand_ins: Sequence[StandIn]
    barred: Sequence[Barred]
    lost: frozenset[int]
    waits_for: str
    since: datetime | None
    until: datetime | None

    @property
    def again(self) -> list[Vote]:
        return self.standing.again


def matrix_of(deployment: Deployment, rules: Sequence[RuleStanding]) -> list[Row]:
    """One row per rule, objections first; three queries for any number of them and of people."""
    held = held_by(deployment, {one.rule.role_id for one in rules})
    is_asked = deployment.state == State.IN_REVIEW
    out, away = why_barred(deployment), standing_in(deployment) if is_asked else {}
    rows = [_row(one, rules, deployment, held[one.rule.role_id], out) for one in rules]
    rows = [_with_stand_ins(row, away, out) for row in rows]
    return sorted(rows, key=lambda row: not row.standing.objections)


def why_barred(deployment: Deployment) -> dict[int, str]:
    """Those who may not sign this content whatever they hold, each with the first reason."""
    found = dict.fromkeys(deployment.author_ids, "is named as an author")
    if deployment.content_version:
        found[deployment.content_version.author_id] = "edited the content last"
    return {**found, deployment.requester_id: "requested the deployment"}


def _row(
    standing: RuleStanding,
    rules: Sequence[RuleStanding],
    deployment: Deployment,
    held: Sequence[User],
    out: Mapping[int, str],
) -> Row:
    elsewhere = _counting_elsewhere(standing, rules, deployment.content_hash)
    why = {**elsewhere, **out}
    spoke = {pk for vote in [*standing.approvals, *standing.abstentions] for pk in vote.parties}
    able = [one for one in held if one.pk not in why and one.pk not in spoke]
    holders = {one.pk for one in held}
    return Row(
        standing,
        able=able if standing.missing else [],
        stand_ins=(),
        barred=[Barred(str(one), why[one.pk]) for one in held if one.pk in why],
        lost=frozenset(v.person_id for v in standing.objections if not v.parties & holders),
        waits_for=_waits_for(standing, rules),
        since=_since(standing, rules, deployment),
        until=deadline(deployment, standing),
    )


def _with_stand_ins(row: Row, away: Mapping[int, StandIn], out: Mapping[int, str]) -> Row:
    """Those of the able who are away and for whom somebody signs now."""
    found = [away[one.pk] for one in row.able if one.pk in away]
    return replace(row, stand_ins=[one for one in found if one.stand_in_id not in out])


def _counting_elsewhere(
    standing: RuleStanding, rules: Sequence[RuleStanding], content: str
) -> dict[int, str]:
    """One person counts once per content, under the rule where they spoke."""
    return {
        pk: f"counts as {other.rule.role.title}"
        for other in rules
        if other.rule.pk != standing.rule.pk
        for vote in other.current
        if vote.content_hash == content
        for pk in vote.parties
    }


def _waits_for(standing: RuleStanding, rules: Sequence[RuleStanding]) -> str:
    earlier = (
        one for one in rules if one.rule.order_group < standing.rule.order_group and not one.holds
    )
    return next((one.rule.role.title for one in earlier), "")


def _since(
    standing: RuleStanding, rules: Sequence[RuleStanding], deployment: Deployment
) -> datetime | None:
    """When it became what it is: said, changed or asked."""
    if standing.objections:
        return standing.objections[-1].at
    if standing.holds and standing.approvals:
        return standing.approvals[-1].at
    if standing.stale and deployment.content_version:
        return deployment.content_version.created_at
    return asked_since(standing, rules, deployment)


def deadline(deployment: Deployment, standing: RuleStanding) -> datetime | None:
    """Until when it is asked for; reminders and mails say the same."""
    if deployment.t0 is None:
        return None
    asked = standing.asked_at or deployment.submitted_at or deployment.created_at
    return due_of(deployment.t0, standing.rule.asked_until, asked)


def with_people(
    blockers: Sequence[Blocker], deployment: Deployment, rules: Sequence[RuleStanding]
) -> list[Blocker]:
    """Each obstacle of sign-off with who can end it, until when, and what happens then."""
    waiting = [one for one in blockers if one.key.startswith(("signature:", "objection:"))]
    if not waiting or deployment.state not in BEFORE_START:
        return list(blockers)
    rows = {row.standing.rule.key: row for row in matrix_of(deployment, rules)}
    return [_named(one, rows) if one in waiting else one for one in blockers]


def _named(blocker: Blocker, rows: Mapping[str, Row]) -> Blocker:
    row = rows[blocker.key.partition(":")[2]]
    if not row.standing.objections:
        again = {vote.person_name for vote in row.again}
        names = [str(one) for one in row.able]
        names += [f"{one.stand_in} for {one.absent}" for one in row.stand_ins]
        names.sort(key=lambda name: name not in again)
        return blocker.naming(Waits("May sign", names, row.until, HAPPENS))
    stay = [v.person_name for v in row.standing.objections if v.person_id not in row.lost]
    if stay:
        return blocker.naming(Waits("May take it back", stay, None, HAPPENS_TO_OBJECTION))
    lifters = [str(one) for one in row.able]
    return blocker.naming(Waits("May lift it", lifters, None, HAPPENS_TO_OBJECTION))
