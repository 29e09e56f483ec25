"""What no hint may be trusted with: items that come to be due, commands, and a window overrun."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from checklists import due
from checklists.enums import AttemptState
from checklists.models import Attempt, Item
from checklists.services.commands import RUN
from checklists.services.overrun import VERB, foresee_overrun
from checklists.services.reminding import is_owed, remind
from checklists.services.verdicts import give_up
from deployments import anchors, clock, hints
from deployments.enums import HOLDS_ENVIRONMENT, UNDER_WAY, State
from deployments.models import Deployment, Event
from deployments.waking import wake

BATCH = 500
# A worker that was told of a command and has not taken it is told again after this.
PATIENCE = timedelta(seconds=15)
# How often this is swept.
SWEPT_SECONDS = 15


def sweep() -> int:
    """Record what is due soon and has not been said; the number is that of the new events."""
    now = clock.now()
    wake_waiting(now)
    age_forecasts(now)
    found = [give_up(pk) for pk in _abandoned(now)]
    found += [foresee_overrun(pk) for pk in _running()]
    found += [remind(item.deployment_id, item.pk) for item in _due_soon()[:BATCH]]
    return sum(event is not None for event in found)


def wake_waiting(now: datetime) -> None:
    """Tell a worker again of commands that nobody has taken; only one can take each."""
    waiting = Attempt.objects.filter(state=AttemptState.WAITING, hinted_at__lt=now - PATIENCE)
    wake(waiting, RUN, now)


def age_forecasts(now: datetime) -> None:
    """About once a minute open pages show anew when it will end, though nothing happened."""
    if now.second >= SWEPT_SECONDS:
        return
    running = Deployment.objects.filter(state__in=sorted(HOLDS_ENVIRONMENT))
    for pk in running.values_list("pk", flat=True)[:BATCH]:
        hints.changed(pk)


def _abandoned(now: datetime) -> list[int]:
    return list(Attempt.objects.abandoned(now).values_list("pk", flat=True)[:BATCH])


def _running() -> list[int]:
    """Those of which it has not been said that they will end too late."""
    running = Deployment.objects.filter(state=State.IN_PROGRESS, window_end__isnull=False)
    unsaid = running.filter(~Exists(Event.objects.filter(deployment=OuterRef("pk"), verb=VERB)))
    return list(unsaid.order_by("pk").values_list("pk", flat=True)[:BATCH])


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
    owned = Q(owner__isnull=False) | Q(owner_role__isnull=False)
    return list(
        Item.objects.unclosed()
        .filter(owned, deployment__state__in=sorted(UNDER_WAY))
        .exclude(due_anchor="")
        .select_related("deployment")
        .order_by("deployment", "position")
    )
