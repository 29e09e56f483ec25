"""What the checklist says about readiness: required items of phase before that are still open."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count, Q

from checklists.enums import CLOSED, ItemState, Phase
from checklists.models import Item
from deployments.blockers import Blocker, Findings
from deployments.models import Deployment


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    before = Item.objects.filter(deployment__in=deployments, phase=Phase.BEFORE, required=True)
    closed = Q(state__in=list(CLOSED))
    counts = (
        before.order_by("deployment_id")
        .values("deployment_id")
        .annotate(total=Count("pk"), done=Count("pk", filter=closed))
    )
    waiting: dict[int, list[Blocker]] = defaultdict(list)
    fields = ("deployment_id", "key", "text", "state", "state_at", "position")
    for item in before.exclude(closed).only(*fields).order_by("position"):
        waiting[item.deployment_id].append(_blocker(item))
    return {
        row["deployment_id"]: Findings(
            blockers=waiting[row["deployment_id"]],
            done=row["done"],
            total=row["total"],
            summary=f"{row['total'] - row['done']} checklist items are open",
        )
        for row in counts
    }


def _blocker(item: Item) -> Blocker:
    said = "failed" if item.state == ItemState.FAILED else "is not ticked"
    return Blocker(f"item:{item.key}", f"“{item.text}” {said}", "checklist", item.state_at)
