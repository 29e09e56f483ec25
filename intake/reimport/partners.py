"""Which of the old belongs to which of the new: by what is equal, then by similar words."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")
Identity = Callable[[T], Hashable]
SIMILAR = 0.6
# Comparing words costs; only so many candidates and characters are looked at for each.
MOST_CANDIDATES = 20
MOST_CHARACTERS = 200


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
    for at, one in enumerate(new):
        there = waiting.get(identity(one)) if found[at] is None else None
        if not there:
            continue
        near = sorted(list(there)[: 4 * MOST_CANDIDATES], key=lambda place: abs(place - at))
        best = _most_similar(words(one), [(p, words(old[p])) for p in near[:MOST_CANDIDATES]])
        if best is not None:
            found[at] = best
            there.remove(best)


def _most_similar(said: str, candidates: Sequence[tuple[int, str]]) -> int | None:
    """The quick bounds come first, since most pairs have nothing in common."""
    matcher = SequenceMatcher(None, b=said[:MOST_CHARACTERS], autojunk=False)
    best, most = None, SIMILAR
    for place, text in candidates:
        matcher.set_seq1(text[:MOST_CHARACTERS])
        if matcher.real_quick_ratio() < most or matcher.quick_ratio() < most:
            continue
        ratio = matcher.ratio()
        if ratio > most or (best is None and ratio >= most):
            best, most = place, ratio
    return best
