"""What the checklist says about readiness: required items of phase before that are still open."""

from django.db.models import Count, Q

from checklists.enums import CLOSED, ItemState, Phase
from deployments.blockers import Blocker, Findings
from deployments.models import Deployment


def find(deployment: Deployment) -> Findings:
    before = deployment.items.filter(phase=Phase.BEFORE, required=True)
    counts = before.aggregate(total=Count("pk"), done=Count("pk", filter=Q(state__in=list(CLOSED))))
    waiting = list(before.exclude(state__in=list(CLOSED)).only("key", "text", "state", "state_at"))
    return Findings(
        blockers=[
            Blocker(
                key=f"item:{item.key}",
                clause=_clause(item.text, item.state),
                mend="checklist",
                since=item.state_at,
            )
            for item in waiting
        ],
        done=counts["done"],
        total=counts["total"],
    )


def _clause(text: str, state: str) -> str:
    return f"“{text}” failed" if state == ItemState.FAILED else f"“{text}” is not ticked"
