"""What of a checklist is signed: definitions by key, never ticks, ids, places or titles.

That one step comes after another is said by its predecessors.
"""

from typing import Any

from deployments.models import Deployment


def collect(deployment: Deployment) -> list[dict[str, Any]]:
    items = deployment.items.prefetch_related("predecessors").order_by("key")
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
            "after": sorted(step.key for step in item.predecessors.all()),
            # Named only where there are some, so that older contents keep their hash.
            **({"choices": item.choices} if item.choices else {}),
        }
        for item in items
    ]
