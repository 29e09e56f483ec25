"""Addresses of many rows: Django's `reverse`, which looks for a pattern once a process."""

from functools import lru_cache
from operator import index

from django.urls import reverse

# Stands for the first number of an address until the real one is known; no other text has it.
_MARK = 7_777_777_777_777_777_000


def address(name: str, *parts: int | str) -> str:
    """The same as `reverse(name, args=parts)`, in a twentieth of its time for known words.

    Numbers are primary keys, of which there are many; words (a tab, a state, a service's key) are
    few. Raises NoReverseMatch as `reverse` does, and TypeError for what is neither.
    """
    words = tuple(part if isinstance(part, str) else None for part in parts)
    return _pattern(name, words) % tuple(index(one) for one in parts if not isinstance(one, str))


@lru_cache(maxsize=2048)
def _pattern(name: str, words: tuple[str | None, ...]) -> str:
    marks = [_MARK + place if word is None else word for place, word in enumerate(words)]
    found = reverse(name, args=marks).replace("%", "%%")
    for mark in marks:
        if not isinstance(mark, str):
            found = found.replace(str(mark), "%d")
    return found
