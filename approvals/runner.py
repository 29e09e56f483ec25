"""What time alone brings about: a GO that nobody started becomes an automatic HOLD."""

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
