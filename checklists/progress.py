"""How far a deployment that has started is: the required items of its present phase."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from checklists.enums import CLOSED, Phase
from checklists.models import Item
from deployments.enums import State
from deployments.models import Deployment

# What counts now: steps while it runs, the way back while it rolls back, criteria in the watch.
PHASES: dict[State, Phase] = {
    State.IN_PROGRESS: Phase.DURING,
    State.ROLLING_BACK: Phase.ROLLBACK,
    State.WATCHING: Phase.AFTER,
}


@dataclass(frozen=True)
class Progress:
    """`waiting` are the texts of what is still to be done, in order."""

    done: int = 0
    waiting: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return self.done + len(self.waiting)


def progress_of(deployments: Sequence[Deployment]) -> dict[int, Progress]:
    """One query for all of those that have started, none where none has."""
    started = [one for one in deployments if one.state in PHASES]
    if not started:
        return {}
    present = Q()
    for stage, phase in PHASES.items():
        present |= Q(deployment__state=stage, phase=phase)
    rows = Item.objects.filter(present, deployment__in=started, required=True).order_by("position")
    done: dict[int, int] = defaultdict(int)
    waiting: dict[int, list[str]] = defaultdict(list)
    closed = {state.value for state in CLOSED}
    for pk, text, state in rows.values_list("deployment_id", "text", "state"):
        if state in closed:
            done[pk] += 1
        else:
            waiting[pk].append(text)
    return {one.pk: Progress(done[one.pk], tuple(waiting[one.pk])) for one in started}
