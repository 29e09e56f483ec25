"""Which step comes after which: no circles, and a run of steps keeps its order when it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

Order = dict[int, set[int]]


def circle(before: Mapping[int, set[int]], start: int) -> list[int]:
    """The way from a step through its predecessors back to itself; empty if there is none."""
    trail: list[int] = []
    done: set[int] = set()
    waiting: list[tuple[int, int]] = [(0, earlier) for earlier in sorted(before.get(start, ()))]
    while waiting:
        depth, step = waiting.pop()
        trail[depth:] = [step]
        if step == start:
            return [start, *trail]
        if step not in done:
            done.add(step)
            waiting += [(depth + 1, earlier) for earlier in sorted(before.get(step, ()))]
    return []


def rewired(old: Sequence[int], new: Sequence[int], before: Mapping[int, set[int]]) -> Order:
    """The predecessors that change when steps in a run come to stand in another order.

    A step is in the run if it waits for exactly the one that stood before it; the first is if the
    second waits for it. Steps that wait for anything else keep what they wait for.
    """
    run = _run(old, before)
    follows = {step for step in new if step in run or (step not in old and not before.get(step))}
    if not run and set(new) & set(old) and len(old) > 1:
        return {}
    changed: Order = {}
    last: int | None = None
    for step in new:
        wanted = {last} if last is not None else set()
        if step in follows and before.get(step, set()) != wanted:
            changed[step] = wanted
        last = step
    return changed


def _run(old: Sequence[int], before: Mapping[int, set[int]]) -> set[int]:
    run = {later for earlier, later in pairwise(old) if before.get(later) == {earlier}}
    if old and not before.get(old[0]) and (len(old) == 1 or old[1] in run):
        run.add(old[0])
    return run
