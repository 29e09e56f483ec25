"""What happens to a GO by itself: it is held when nobody starts it, recalled when it breaks."""

from approvals import services
from deployments import clock, provenance
from deployments.enums import State
from deployments.models import Deployment


def hold_missed_starts() -> int:
    """Hold every GO whose latest start has passed; the service judges again under the lock."""
    missed = Deployment.objects.filter(
        state=State.GO,
        decisions__replaced_by=None,
        decisions__latest_start__lt=clock.now(),
    )
    with provenance.acting("sweep"):
        return sum(
            services.hold_missed_start(pk) is not None for pk in missed.values_list("pk", flat=True)
        )


def recall_broken() -> int:
    """Take back every GO that no longer holds and that no event's receiver has seen."""
    decided = Deployment.objects.filter(state=State.GO).values_list("pk", flat=True)
    with provenance.acting("sweep"):
        return sum(services.recall_if_broken(pk) is not None for pk in decided)
