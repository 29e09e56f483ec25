"""Break-glass decisions that somebody still has to look into."""

from collections.abc import Sequence

from approvals.models import Review
from deployments.models import Deployment


def open_reviews(deployments: Sequence[Deployment]) -> dict[int, Review]:
    """The oldest open review of each deployment by its id, in one query."""
    if not deployments:
        return {}
    found = Review.objects.filter(decision__deployment__in=deployments, closed_at=None)
    return {
        review.decision.deployment_id: review
        for review in found.select_related("decision").order_by("-pk")
    }
