"""What must be there before anybody is asked to sign, all of it said at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from approvals.enums import Mend
from approvals.feasibility import Demand, crowded, people_of
from approvals.readiness import joined
from deployments.enums import Right, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_move, refusal_without


@dataclass(frozen=True)
class Outset:
    """What submitting is judged by.

    `deciders` counts the ops leads who did not ask for it, `lost_lead` names a release lead whose
    account is no longer active, `stuck` are steps that could never be ticked before T0, `unheard`
    roles that only the poll asks and nobody holds.
    """

    now: datetime
    t0: datetime | None
    demands: Sequence[Demand] = ()
    deciders: int = 1
    lost_lead: str = ""
    stuck: Sequence[str] = field(default=())
    unheard: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Missing:
    """One thing that stands between a draft and its review, and where it is mended."""

    clause: str
    mend: Mend


def missing(outset: Outset) -> list[Missing]:
    """Everything without which GO would be impossible from the start, in the order of mending."""
    found = [Missing(clause, Mend.TIME) for clause in missing_time(outset.t0, outset.now)]
    found += _missing_signers(outset.demands)
    for role in outset.unheard:
        clause = f"nobody holds the role {role} of this service, which the poll asks"
        found.append(Missing(clause, Mend.PEOPLE))
    if not outset.deciders:
        clause = "no ops lead of this service could decide, since the requester never does"
        found.append(Missing(clause, Mend.PEOPLE))
    if outset.lost_lead:
        clause = f"the account of the release lead {outset.lost_lead} is no longer active"
        found.append(Missing(clause, Mend.FACTS))
    for text in outset.stuck:
        clause = f"“{text}” is due before T0 but waits for what comes later or for itself"
        found.append(Missing(clause, Mend.CHECKLIST))
    return found


def missing_time(t0: datetime | None, now: datetime) -> list[str]:
    if t0 is None:
        return ["the time T0 is not set"]
    return ["the time T0 is in the past"] if t0 <= now else []


def _missing_signers(demands: Sequence[Demand]) -> Iterator[Missing]:
    if not demands:
        yield Missing("no role is asked to sign", Mend.RULES)
    for clause in dict.fromkeys(shortage_clause(one) for one in demands if one.is_short):
        yield Missing(clause, Mend.PEOPLE)
    together = crowded(demands)
    if together:
        yield Missing(crowd_clause(together), Mend.PEOPLE)


def shortage_clause(demand: Demand) -> str:
    role, able = demand.title, len(demand.eligible)
    if not demand.holders:
        return f"nobody holds the role {role} of this service"
    if not able:
        return (
            f"nobody who holds the role {role} may sign: the requester, the authors and the last "
            "editor of the content never do"
        )
    people = "1 person" if able == 1 else f"{able} people"
    return f"{role} asks for {demand.count} signatures, and only {people} may give one"


def crowd_clause(demands: Sequence[Demand]) -> str:
    titles = joined(list(dict.fromkeys(demand.title for demand in demands)))
    asked, able = sum(demand.count for demand in demands), people_of(demands)
    people = "1 person" if able == 1 else f"{able} people"
    return f"{titles} ask for {asked} signatures of different people, and only {people} may sign"


def refusal_to_submit(
    rights: Rights, deployment: Deployment, lacking: Sequence[Missing]
) -> Refused | None:
    refusal = refusal_to_move(deployment, State.IN_REVIEW, "submit") or refusal_without(
        rights, Right.EDIT, "submit a deployment"
    )
    if refusal is None and lacking:
        return Refused(f"Cannot be submitted yet: {joined([one.clause for one in lacking])}.")
    return refusal
