"""Which metric of a service a name means: its key, its title, or another name it goes by."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from deployments.conditions import ConditionError, parse

Names = Mapping[str, str]


class Named(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...


def spelled(name: str) -> str:
    """The name as it is compared: case, accents and what stands between words tell nothing."""
    bare = unicodedata.normalize("NFKD", name)
    letters = "".join(one for one in bare if not unicodedata.combining(one)).casefold()
    return "_".join(re.findall(r"[^\W_]+", letters))


def names_of(metrics: Iterable[Named]) -> dict[str, str]:
    """Every name in its spelling with the key that it means; a key outdoes titles and aliases."""
    listed = list(metrics)
    said = [(one.key, one.key) for one in listed]
    said += [(one.title, one.key) for one in listed]
    said += [(alias, one.key) for one in listed for alias in one.aliases]
    names: dict[str, str] = {}
    for name, key in said:
        names.setdefault(spelled(name), key)
    return names | {one.key: one.key for one in listed}


def meant(name: str, names: Names) -> str | None:
    """The key of the metric; None where no metric goes by that name."""
    return names.get(name) or names.get(spelled(name))


def keyed(condition: str, names: Names) -> str:
    """The condition with its metric's key; one that names none of them stays as it is."""
    try:
        limit = parse(condition)
    except ConditionError:
        return condition
    key = meant(limit.metric, names)
    return condition if key in (None, limit.metric) else str(replace(limit, metric=key))
