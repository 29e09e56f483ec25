"""How deployments stand: readiness, the decision in force, and the sentence that says both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from approvals import obstacles, reach, waivers
from approvals.models import Decision, Review
from approvals.policies.deciding import why_go_is_broken
from approvals.readiness import Readiness, compose
from approvals.reviews import open_reviews
from approvals.rollcall import silent_roles
from approvals.signoff import RuleStanding, standings_of
from checklists.progress import Progress, progress_of
from deployments import blockers, clock
from deployments.enums import BEFORE_START, State
from deployments.models import Deployment
from statements import AnyOf, built_once

# Where the sentence depends on it, which is all that a list shows of it.
SAYS_READINESS = frozenset({State.IN_REVIEW, State.GO})


@dataclass(frozen=True)
class Outlook:
    """Everything that follows from the facts at one instant.

    `readiness` is None once started; `broken` says why a GO no longer holds, if so; `review` is
    that of a break-glass decision which nobody has looked into yet, `silent` are the keys of the
    roles that an open poll waits for, with the time at which it closes.
    """

    sentence: str
    at: datetime
    rules: list[RuleStanding]
    readiness: Readiness | None
    decision: Decision | None
    progress: Progress
    broken: str = ""
    review: Review | None = None
    silent: Mapping[str, datetime] = field(default_factory=dict)


def outlook(deployment: Deployment) -> Outlook:
    return outlooks([deployment])[deployment.pk]


def outlooks(
    deployments: Sequence[Deployment],
    now: datetime | None = None,
    *,
    warns: bool = True,
    judged: Collection[State] = BEFORE_START,
) -> dict[int, Outlook]:
    """Every deployment's outlook, with as many queries as for one; `now` where it is known.

    Without `warns` nobody asks who is away: that is a warning, on which no sentence depends.
    `judged` are the states in which readiness is asked for.
    """
    if not deployments:
        return {}
    now = now or clock.now()
    rules = standings_of(deployments, now)
    verdicts = _readiness(
        [one for one in deployments if one.state in judged], rules, now, warns=warns
    )
    decisions = {one.deployment_id: one for one in _standing([one.pk for one in deployments])}
    progress = progress_of(deployments)
    asked = {pk for pk, decision in decisions.items() if decision.is_unreviewed}
    reviews = open_reviews([one for one in deployments if one.pk in asked])
    silent = silent_roles(deployments, now)
    return {
        one.pk: _outlook(
            one,
            now,
            rules[one.pk],
            verdicts.get(one.pk),
            decisions.get(one.pk),
            progress.get(one.pk, Progress()),
            reviews.get(one.pk),
            silent.get(one.pk, {}),
        )
        for one in deployments
    }


@built_once
def _standing(deployments: list[int]) -> QuerySet[Decision, Any]:
    """The decisions that no later one replaced, each with whether a review is open.

    Of any decision: another GO after a break-glass one leaves its review open.
    """
    unreviewed = Review.objects.filter(
        decision__deployment=OuterRef("deployment"), closed_at__isnull=True
    )
    standing = Decision.objects.filter(AnyOf("deployment", deployments), replaced_by=None)
    return standing.annotate(is_unreviewed=Exists(unreviewed)).defer("dossier")


def _outlook(  # noqa: PLR0917 - each is one of the facts, and there are eight
    deployment: Deployment,
    now: datetime,
    rules: list[RuleStanding],
    verdict: Readiness | None,
    decision: Decision | None,
    progress: Progress,
    review: Review | None,
    silent: Mapping[str, datetime],
) -> Outlook:
    broken = ""
    if deployment.state == State.GO and decision and verdict:
        broken = why_go_is_broken(deployment, decision, verdict)
    sentence = (
        f"GO no longer holds: {broken}."
        if broken
        else _sentence(deployment, verdict, decision, progress)
    )
    return Outlook(sentence, now, rules, verdict, decision, progress, broken, review, silent)


def readiness(deployment: Deployment) -> Readiness:
    """Blockers, warnings and percent as they are now, whatever the deployment's state."""
    now = clock.now()
    return _readiness([deployment], standings_of([deployment], now), now)[deployment.pk]


def _readiness(
    deployments: Sequence[Deployment],
    rules: dict[int, list[RuleStanding]],
    now: datetime,
    *,
    warns: bool = True,
) -> dict[int, Readiness]:
    if not deployments:
        return {}
    found = blockers.find_all(deployments)
    red = [one for one in deployments if found[one.pk]["gates"].blockers]
    waived = waivers.open_of(red) if red else {}
    for pk, of_one in waived.items():
        found[pk]["gates"] = waivers.applied(found[pk]["gates"], of_one)
    unreachable = reach.unreachable(deployments, rules, now) if warns else {}
    for one in deployments:
        said = unreachable.get(one.pk, [])
        found[one.pk]["sign-off"] = obstacles.findings(one, rules[one.pk], said)
    return {
        pk: compose(parts, now=now, waived=waivers.told(waived.get(pk, {})))
        for pk, parts in found.items()
    }


def current_decision(deployment: Deployment) -> Decision | None:
    """The decision that no later one replaced."""
    return deployment.decisions.select_related("decided_by").filter(replaced_by=None).first()


def _sentence(
    deployment: Deployment,
    verdict: Readiness | None,
    decision: Decision | None,
    progress: Progress,
) -> str:
    label = deployment.get_state_display()
    match State(deployment.state):
        case State.IN_REVIEW if verdict:
            return verdict.sentence
        case State.DRAFT:
            return "Draft: not submitted for sign-off yet."
        case State.GO if decision:
            planned = _time(deployment, deployment.t0)
            latest = _time(deployment, decision.latest_start)
            return f"GO: planned for {planned}, may start until {latest}."
        case State.ON_HOLD | State.NO_GO if decision:
            return f"{label}: {decision.reason.rstrip('.')}."
        case State.IN_PROGRESS | State.ROLLING_BACK:
            how_far = f"{label}: {progress.done} of {progress.total} steps done"
            return f"{how_far}{_asked(progress)}."
        case State.WATCHING:
            return f"Completed at {_time(deployment, deployment.completed_at)}, now being watched."
        case State.STOPPED:
            return f"Stopped: {deployment.stopped_note.rstrip('.')}."
        case State.ROLLED_BACK if deployment.rollback_reason:
            return f"Rolled back: {deployment.rollback_reason.rstrip('.')}."
        case _:
            return f"{label}."


def _asked(progress: Progress) -> str:
    """That nothing goes on before somebody says how; who is asked stands on the pages."""
    if not progress.questions:
        return ""
    more = len(progress.questions) - 1
    failed = f"“{progress.questions[0].text}”{f' and {more} more' if more else ''}"
    return f", and {failed} failed: an ops lead says how it goes on"


def _time(deployment: Deployment, at: datetime | None) -> str:
    """In the zone of planning, since one sentence is shared by viewers of every zone."""
    if at is None:
        return "an unknown time"
    return f"{at.astimezone(ZoneInfo(deployment.zone)):%d %b %Y %H:%M} ({deployment.zone})"
