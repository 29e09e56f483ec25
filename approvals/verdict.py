"""The readiness of one deployment, and the sentence for wherever it stands."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from approvals.models import Decision
from approvals.readiness import Readiness, compose
from checklists.enums import CLOSED, Phase
from deployments import blockers, clock
from deployments.enums import State
from deployments.models import Deployment


def readiness(deployment: Deployment) -> Readiness:
    """Blockers, warnings and percent as they are now, whatever the deployment's state."""
    return readiness_of([deployment])[deployment.pk]


def readiness_of(deployments: Sequence[Deployment]) -> dict[int, Readiness]:
    """The same for many deployments, with as many queries as for one."""
    now = clock.now()
    return {
        pk: compose(found, now=now) for pk, found in blockers.find_all(deployments).items()
    }


def headline(deployment: Deployment, verdict: Readiness | None = None) -> str:
    """The one sentence that every page, mail and answer about the deployment starts with."""
    match State(deployment.state):
        case State.IN_REVIEW:
            return (verdict or readiness(deployment)).sentence
        case State.DRAFT:
            return "Draft: not submitted for sign-off yet."
        case State.GO:
            return _go(deployment)
        case State.ON_HOLD | State.NO_GO:
            return _decided(deployment)
        case State.IN_PROGRESS:
            return _progress(deployment, Phase.DURING, "In progress")
        case State.ROLLING_BACK:
            return _progress(deployment, Phase.ROLLBACK, "Rolling back")
        case State.WATCHING:
            return f"Completed at {_time(deployment, deployment.completed_at)}, now being watched."
        case State.STOPPED:
            return f"Stopped: {deployment.stopped_note}"
        case _:
            return f"{deployment.get_state_display()}."


def current_decision(deployment: Deployment) -> Decision | None:
    return deployment.decisions.select_related("decided_by").order_by("-pk").first()


def _go(deployment: Deployment) -> str:
    decision = current_decision(deployment)
    latest = _time(deployment, decision.latest_start if decision else None)
    return f"GO: planned for {_time(deployment, deployment.t0)}, may start until {latest}."


def _decided(deployment: Deployment) -> str:
    decision = current_decision(deployment)
    said = f": {decision.reason}" if decision else ""
    return f"{deployment.get_state_display()}{said}".rstrip(".") + "."


def _progress(deployment: Deployment, phase: Phase, word: str) -> str:
    states = list(deployment.items.filter(phase=phase, required=True).values_list("state", flat=True))
    done = sum(state in CLOSED for state in states)
    return f"{word}: {done} of {len(states)} steps done."


def _time(deployment: Deployment, at: datetime | None) -> str:
    if at is None:
        return "an unknown time"
    return f"{at.astimezone(ZoneInfo(deployment.zone)):%d %b %Y %H:%M} ({deployment.zone})"
