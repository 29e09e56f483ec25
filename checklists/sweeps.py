"""What no hint may be trusted with: items that come to be due."""

from collections import defaultdict

from checklists import due
from checklists.enums import CLOSED
from checklists.models import Item
from checklists.services.reminding import is_owed, remind
from deployments import anchors, clock
from deployments.enums import FINAL, State
from deployments.models import Deployment

BATCH = 500


def sweep() -> int:
    """Record what is due soon and has not been said; the number is that of the new events."""
    found = [remind(item.deployment_id, item.pk) for item in _due_soon()[:BATCH]]
    return sum(event is not None for event in found)


def _due_soon() -> list[Item]:
    now = clock.now()
    wanted: dict[Deployment, list[Item]] = defaultdict(list)
    for item in _waiting():
        if is_owed(item, item.deployment):
            wanted[item.deployment].append(item)
    used = {item.due_anchor for items in wanted.values() for item in items}
    known = anchors.moments_of(list(wanted), used)
    soon = []
    for deployment, items in wanted.items():
        for item in items:
            instant = due.due_at(item.due_anchor, item.due_offset, known[deployment.pk])
            if instant and instant != item.due_told_for and due.reminds(instant, now):
                soon.append(item)
    return soon


def _waiting() -> list[Item]:
    """All that have an owner and a due time, of deployments that go on."""
    owned = Item.objects.filter(owner__isnull=False) | Item.objects.filter(owner_role__isnull=False)
    return list(
        owned.exclude(due_anchor="")
        .exclude(state__in=list(CLOSED))
        .exclude(deployment__state__in=[*FINAL, State.DRAFT])
        .select_related("deployment")
        .order_by("deployment", "position")
    )
