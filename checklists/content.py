"""What of a checklist is signed: definitions by key, never ticks, ids, places or titles.

That one step comes after another is said by its predecessors. What was added on the day was not
signed, so neither it nor what waits for it is content.
"""

from collections import defaultdict
from typing import Any

from checklists.models import Item
from deployments.models import Deployment


def collect(deployment: Deployment) -> list[dict[str, Any]]:
    """Two queries, however many items there are."""
    before: dict[str, list[str]] = defaultdict(list)
    order = Item.predecessors.through.objects.filter(
        from_item__deployment=deployment,
        to_item__removed_at__isnull=True,
        to_item__ad_hoc=False,
    )
    for later, earlier in order.values_list("from_item__key", "to_item__key"):
        before[later].append(earlier)
    return [
        {
            "key": item.key,
            "kind": item.kind,
            "phase": item.phase,
            "text": item.text,
            "required": item.required,
            "evidence": item.evidence_demanded,
            "irreversible": item.irreversible,
            "commands": item.commands,
            "after": sorted(before[item.key]),
            # Named only where there are some, so that older contents keep their hash.
            **({"choices": item.choices} if item.choices else {}),
            **({"runs": item.runs} if item.runs else {}),
            **({"condition": item.condition} if item.condition else {}),
        }
        for item in deployment.items.filter(ad_hoc=False).order_by("key")
    ]
