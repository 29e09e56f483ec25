"""What happens by itself: the poll opens and closes, signatures and reports are asked for, what
nobody decides or starts is held, and a GO that breaks is recalled.
"""

from collections import defaultdict

from django.db.models import Exists, OuterRef

from approvals import services
from approvals.enums import Closed
from approvals.models import Request, Round, Shortage
from approvals.polling import OPENS_BEFORE_T0
from deployments import clock, provenance
from deployments.enums import State
from deployments.models import Deployment
from gates import asking as reported


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


def tend_polls() -> int:
    """Open and close what is due; receivers do so at once where an event moved something."""
    now = clock.now()
    over = Deployment.objects.filter(rounds__closed_at=None, rounds__closes_at__lte=now)
    left = Deployment.objects.filter(rounds__closed_at=None).exclude(state=State.IN_REVIEW)
    near = Deployment.objects.filter(state=State.IN_REVIEW, t0__lte=now + OPENS_BEFORE_T0)
    counts = Round.objects.filter(
        deployment=OuterRef("pk"), schedule_hash=OuterRef("schedule_hash")
    ).exclude(closed_why__in=[Closed.MOVED, Closed.LEFT])
    due = {
        *over.values_list("pk", flat=True),
        *left.values_list("pk", flat=True),
        *near.filter(~Exists(counts)).values_list("pk", flat=True),
    }
    with provenance.acting("sweep"):
        for pk in sorted(due):
            services.tend(pk)
    return len(due)


def tend_requests() -> int:
    """Ask and remind where the time has come; what an event moved, receivers have seen to."""
    due = Request.objects.filter(settled_at=None, next_at__lte=clock.now())
    deployments = set(due.values_list("deployment_id", flat=True))
    with provenance.acting("sweep"):
        return sum(len(services.tend_requests(pk)) for pk in sorted(deployments))


def ask_for_reports() -> int:
    """Ask for each report that will be too old at T0; the service judges again under the lock."""
    due = set(reported.due(clock.now()).values_list("deployment_id", flat=True))
    with provenance.acting("sweep"):
        return sum(len(services.ask_for_reports(pk)) for pk in sorted(due))


def tell_shortages() -> int:
    """Tell of signatures that nobody can give any more; the service judges again under the lock."""
    told: dict[int, set[str]] = defaultdict(set)
    for pk, what in Shortage.objects.filter(settled_at=None).values_list("deployment", "what"):
        told[pk].add(what)
    reviewed = Deployment.objects.filter(state=State.IN_REVIEW).with_place()
    found = services.beyond_reach(list(reviewed), clock.now())
    changed = {pk for pk in {*told, *found} if told[pk] != set(found.get(pk, ()))}
    with provenance.acting("sweep"):
        return sum(services.tell_shortages(pk) is not None for pk in sorted(changed))


def hold_undecided() -> int:
    """Hold every review whose decision is overdue; the service judges again under the lock."""
    late = Deployment.objects.filter(state=State.IN_REVIEW, t0__lte=clock.now())
    with provenance.acting("sweep"):
        return sum(
            services.hold_undecided(pk) is not None for pk in late.values_list("pk", flat=True)
        )


def recall_broken() -> int:
    """Take back every GO that no longer holds and that no event's receiver has seen."""
    decided = Deployment.objects.filter(state=State.GO).values_list("pk", flat=True)
    with provenance.acting("sweep"):
        return sum(services.recall_if_broken(pk) is not None for pk in decided)
