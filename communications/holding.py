"""Which messages wait for something other than their time; the rows say what for."""

from datetime import datetime

from django.db.models import F, Q

from communications.enums import HELD_BESIDES_THE_PLAN, OUTLIVES_CANCELLATION, Awaits
from deployments.enums import State

# Where messages before T0 leave; elsewhere they wait.
LEAVES_BEFORE_T0 = frozenset({State.IN_REVIEW, State.GO})


def held(now: datetime, prefix: str = "") -> Q:
    """Messages that wait: before T0 for review or go, of a start or an end until it happened,
    and all that announce the deployment while a person holds them back.

    What is held never stays so: a new time, a cancellation and the end of its use set it free.
    """

    def q(**conditions: object) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    waits = (
        q(waits_for=Awaits.REVIEW) & ~q(deployment__state__in=sorted(LEAVES_BEFORE_T0))
        | q(waits_for=Awaits.SUBMITTED, deployment__state=State.DRAFT)
        | q(waits_for=Awaits.START, deployment__started_at__isnull=True)
        | q(waits_for=Awaits.COMPLETION, deployment__completed_at__isnull=True)
        | q(deployment__message_hold__isnull=False)
        & (q(plan__isnull=False) | q(kind__in=sorted(HELD_BESIDES_THE_PLAN)))
    )
    still_of_use = q(useful_until__isnull=True) | q(useful_until__gt=now)
    current = q(schedule_revision__isnull=True) | q(
        schedule_revision=F(f"{prefix}deployment__schedule_revision")
    )
    given_up = q(deployment__state=State.CANCELLED) & ~q(kind__in=sorted(OUTLIVES_CANCELLATION))
    return waits & still_of_use & current & ~given_up
