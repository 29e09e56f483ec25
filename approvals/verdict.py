"""How deployments stand: readiness, the decision in force, and the sentence that says both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from approvals.models import Decision
from approvals.readiness import Readiness, compose
from checklists.enums import CLOSED, Phase
from checklists.models import Item
from deployments import blockers, clock
from deployments.enums import BEFORE_START, State
from deployments.models import Deployment

RUNS = frozenset({State.IN_PROGRESS, State.ROLLING_BACK})


@dataclass(frozen=True)
class Outlook:
    """`readiness` is None once started; `steps` counts done and all required steps of the day."""

    sentence: str
    readiness: Readiness | None
    decision: Decision | None
    steps: tuple[int, int]


def outlook(deployment: Deployment) -> Outlook:
    return outlooks([deployment])[deployment.pk]


def outlooks(deployments: Sequence[Deployment]) -> dict[int, Outlook]:
    """Every deployment's outlook, with as many queries as for one."""
    waiting = [one for one in deployments if one.state in BEFORE_START]
    verdicts = readiness_of(waiting) if waiting else {}
    standing = Decision.objects.filter(deployment__in=deployments, replaced_by=None)
    decisions = {decision.deployment_id: decision for decision in standing}
    steps = _steps([one for one in deployments if one.state in RUNS])
    return {
        one.pk: Outlook(
            sentence=_sentence(one, verdicts.get(one.pk), decisions.get(one.pk), steps),
            readiness=verdicts.get(one.pk),
            decision=decisions.get(one.pk),
            steps=steps.get(one.pk, (0, 0)),
        )
        for one in deployments
    }


def readiness(deployment: Deployment) -> Readiness:
    """Blockers, warnings and percent as they are now, whatever the deployment's state."""
    return readiness_of([deployment])[deployment.pk]


def readiness_of(deployments: Sequence[Deployment]) -> dict[int, Readiness]:
    now = clock.now()
    return {pk: compose(found, now=now) for pk, found in blockers.find_all(deployments).items()}


def current_decision(deployment: Deployment) -> Decision | None:
    """The decision that no later one replaced."""
    return deployment.decisions.select_related("decided_by").filter(replaced_by=None).first()


def _steps(running: Sequence[Deployment]) -> dict[int, tuple[int, int]]:
    if not running:
        return {}
    rows = (
        Item.objects.filter(
            Q(phase=Phase.DURING, deployment__state=State.IN_PROGRESS)
            | Q(phase=Phase.ROLLBACK, deployment__state=State.ROLLING_BACK),
            deployment__in=running,
            required=True,
        )
        .order_by("deployment_id")
        .values("deployment_id")
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(state__in=list(CLOSED))))
    )
    return {row["deployment_id"]: (row["done"], row["total"]) for row in rows}


def _sentence(
    deployment: Deployment,
    verdict: Readiness | None,
    decision: Decision | None,
    steps: dict[int, tuple[int, int]],
) -> str:
    done, total = steps.get(deployment.pk, (0, 0))
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
            return f"{deployment.get_state_display()}: {decision.reason.rstrip('.')}."
        case State.IN_PROGRESS | State.ROLLING_BACK:
            return f"{deployment.get_state_display()}: {done} of {total} steps done."
        case State.WATCHING:
            return f"Completed at {_time(deployment, deployment.completed_at)}, now being watched."
        case State.STOPPED:
            return f"Stopped: {deployment.stopped_note.rstrip('.')}."
        case _:
            return f"{deployment.get_state_display()}."


def _time(deployment: Deployment, at: datetime | None) -> str:
    """In the zone of planning, since one sentence is shared by viewers of every zone."""
    if at is None:
        return "an unknown time"
    return f"{at.astimezone(ZoneInfo(deployment.zone)):%d %b %Y %H:%M} ({deployment.zone})"
