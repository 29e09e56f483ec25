"""Which of the old belongs to which of the new: by what is equal, then by similar words."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")
Identity = Callable[[T], Hashable]
SIMILAR = 0.6
# Comparing words costs; only so many candidates are looked at for each.
MOST_CANDIDATES = 20


def partners(
    old: Sequence[T],
    new: Sequence[T],
    same: Sequence[Identity[T]],
    *,
    words: Callable[[T], str] | None = None,
    among: Sequence[Identity[T]] = (),
) -> list[int | None]:
    """For each of the new the place of its old one, each used once.

    `same` are tried from the strictest on, in the order in which equal ones stand; an identity that
    is None belongs to nobody. Of the rest, `words` are compared inside each group of `among`.
    """
    found: list[int | None] = [None] * len(new)
    for identity in same:
        waiting = _waiting(old, found, identity)
        for at, one in enumerate(new):
            there = waiting.get(identity(one)) if found[at] is None else None
            if there:
                found[at] = there.popleft()
    if words is not None:
        for identity in among:
            _pair_similar(old, new, found, identity, words)
    return found


def _waiting(
    old: Sequence[T], found: Sequence[int | None], identity: Identity[T]
) -> dict[Hashable, deque[int]]:
    used = set(found)
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for at, one in enumerate(old):
        called = identity(one)
        if at not in used and called is not None:
            waiting[called].append(at)
    return waiting


def _pair_similar(
    old: Sequence[T],
    new: Sequence[T],
    found: list[int | None],
    identity: Identity[T],
    words: Callable[[T], str],
) -> None:
    waiting = _waiting(old, found, identity)
    old_pairs = {
        place: pairs_of(words(old[place])) for places in waiting.values() for place in places
    }
    for at, one in enumerate(new):
        there = waiting.get(identity(one)) if found[at] is None else None
        if not there:
            continue
        mine = pairs_of(words(one))
        near = sorted(list(there)[: 4 * MOST_CANDIDATES], key=lambda place: abs(place - at))
        likeness, best = max(
            (alike(mine, old_pairs[place]), -place) for place in near[:MOST_CANDIDATES]
        )
        if likeness >= SIMILAR:
            found[at] = -best
            there.remove(-best)


def pairs_of(text: str) -> frozenset[str]:
    """Every two letters side by side, so that scripts without spaces are compared too."""
    said = " ".join(text.casefold().split())
    return frozenset(said[at : at + 2] for at in range(len(said) - 1)) or frozenset([said])


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Sørensen-Dice: the share of pairs that both have, from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other))
