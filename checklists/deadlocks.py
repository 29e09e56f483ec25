"""Steps that could never be done in time, because what they wait for comes later or in a circle."""

from collections.abc import Iterable, Mapping

from checklists.enums import Kind, Phase
from checklists.models import Item
from deployments.models import Deployment

STEPS = (Kind.STEP, Kind.ROLLBACK_STEP)


def never_ready(deployment: Deployment) -> list[str]:
    """The texts of required steps before T0 that nobody could ever tick before T0."""
    before = deployment.items.filter(phase=Phase.BEFORE).order_by("position")
    rows = list(before.values_list("pk", "text", "kind", "required"))
    steps = [pk for pk, _, kind, _ in rows if kind in STEPS]
    present = deployment.items.values("pk")
    edges = Item.predecessors.through.objects.filter(from_item__in=steps, to_item__in=present)
    waits: dict[int, set[int]] = {pk: set() for pk, *_ in rows}
    for step, earlier in edges.values_list("from_item", "to_item"):
        waits[step].add(earlier)
    stuck = never_done(waits)
    return [text for pk, text, _, required in rows if required and pk in stuck]


def never_done(waits: Mapping[int, Iterable[int]]) -> set[int]:
    """Of things that wait for others, those that no order of doing ever reaches."""
    left = {pk: set(earlier) for pk, earlier in waits.items()}
    followers: dict[int, list[int]] = {}
    for pk, earlier in left.items():
        for one in earlier:
            followers.setdefault(one, []).append(pk)
    free = [pk for pk, earlier in left.items() if not earlier]
    while free:
        done = free.pop()
        del left[done]
        for follower in followers.get(done, ()):
            left[follower].discard(done)
            if not left[follower]:
                free.append(follower)
    return set(left)
