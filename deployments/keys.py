"""Keys by which definitions name each other: readable, and each once within a deployment."""

from collections.abc import Iterable, Sequence

from django.utils.text import slugify

LONGEST_STEM = 100


def kept_keys(
    given: Sequence[str | None], titles: Sequence[str], taken: Iterable[str] = ()
) -> list[str]:
    """The given key as it is where it is free; else a new one, from the key or from the title."""
    used, kept = set(taken), list[str | None]()
    for key in given:
        free = key if key and key not in used else None
        kept.append(free)
        if free:
            used.add(free)
    nameless = [
        key or title for key, title, free in zip(given, titles, kept, strict=True) if free is None
    ]
    made = iter(unique_keys(nameless, used))
    return [key or next(made) for key in kept]


def unique_keys(titles: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """A readable key for each title, numbered from 2 where it would stand twice."""
    used, last, keys = set(taken), dict[str, int](), list[str]()
    for title in titles:
        stem = slugify(title)[:LONGEST_STEM].strip("-_") or "unnamed"
        # Counting on from the last one keeps thousands of equal titles linear.
        number = last.get(stem, 0) + 1
        while (key := stem if number == 1 else f"{stem}-{number}") in used:
            number += 1
        last[stem] = number
        used.add(key)
        keys.append(key)
    return keys
