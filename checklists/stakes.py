"""The items that somebody owns and that are still to be done."""

from accounts.models import User
from checklists.models import Item
from deployments.access.stakes import Stake
from deployments.models import Deployment


def owned_items(person: User) -> list[Stake]:
    items = (
        Item.objects.unclosed()
        .filter(owner=person, deployment__in=Deployment.objects.open())
        .select_related("deployment__service", "deployment__environment")
        .order_by("deployment", "position")
    )
    return [Stake(item.deployment, f"own the item “{item.text}”") for item in items]
