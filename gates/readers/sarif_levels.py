"""What level a result of SARIF has that says none itself: its rule's, as the run set it.

Source: OASIS SARIF 2.1.0, sections 3.27.5 to 3.27.7 (which rule), 3.27.10 (level) and 3.51
(overrides). A rule is named by its place, by its identifier, or by one that stands below it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gates.measurement import MOST_DETAILS
from gates.probes.documents import Unreadable
from gates.readers.json_stream import mapping

LEVELS = ("error", "warning", "note", "none")
USUAL = "warning"
DRIVER = -1
MOST_RULES = 200_000
MOST_WAITING = 20 * MOST_DETAILS


@dataclass(frozen=True)
class Named:
    """How a result names its rule: the component of the tool, the place in it, and the name."""

    component: int | None
    index: int | None
    name: str

    @property
    def keys(self) -> Iterator[str | tuple[int, int]]:
        """The surest first; “CA1000/1” stands below the rule “CA1000”."""
        if self.component is not None and self.index is not None:
            yield self.component, self.index
        name = self.name
        while name:
            yield name
            name = name.rpartition("/")[0]


@dataclass
class Rules:
    """The rules of one run, and the results that wait for them; those may come before them."""

    extension: int = DRIVER
    levels: dict[str | tuple[int, int], str] = field(default_factory=dict)
    names: dict[tuple[int | None, int | None], str] = field(default_factory=dict)
    overrides: list[tuple[Named, str]] = field(default_factory=list)
    seen: Counter[int] = field(default_factory=Counter)
    waiting: Counter[Named] = field(default_factory=Counter)
    lines: list[tuple[Named, str]] = field(default_factory=list)

    def add(self, rule: Mapping[str, Any], *, of_driver: bool) -> None:
        component = DRIVER if of_driver else self.extension
        place = (component, self.seen[component])
        self.seen[component] += 1
        if self.seen.total() > MOST_RULES:
            raise Unreadable(f"The report has more than {MOST_RULES:,} rules.")
        level = _level(mapping(rule.get("defaultConfiguration"))) or USUAL
        self.levels[place] = level
        self.names[place] = name = str(rule.get("id") or "")
        self.levels[name] = _worse(self.levels.get(name), level)

    def override(self, said: Any) -> None:
        """What the invocation set in place of the rules' own."""
        for one in said if isinstance(said, list) else ():
            level = _level(mapping(mapping(one).get("configuration")))
            if level:
                self.overrides.append((named(mapping(mapping(one).get("descriptor"))), level))

    def wait(self, result: Mapping[str, Any], line: str) -> None:
        of = named(mapping(result.get("rule")), result)
        self.waiting[of] += 1
        if len(self.lines) < MOST_WAITING:
            self.lines.append((of, line))

    def level_of(self, of: Named) -> str:
        """Once the run has ended, for only then all its rules are known."""
        for known in (self._overridden, self.levels):
            found = next((known[key] for key in self._keys(of) if key in known), None)
            if found:
                return found
        return USUAL

    @cached_property
    def _overridden(self) -> dict[str | tuple[int, int], str]:
        levels: dict[str | tuple[int, int], str] = {}
        for of, level in self.overrides:
            for key in self._keys(of):
                levels[key] = _worse(levels.get(key), level)
        return levels

    def _keys(self, of: Named) -> Iterator[str | tuple[int, int]]:
        """Of a rule that is named by its place alone its identifier, too."""
        yield from of.keys
        if name := self.names.get((of.component, of.index)):
            yield name


def named(rule: Mapping[str, Any], result: Mapping[str, Any] | None = None) -> Named:
    """The rule that a reference names; what a result says beside it counts as well."""
    said = result or {}
    index = rule.get("index", said.get("ruleIndex"))
    component = rule.get("toolComponent")
    place = DRIVER if component is None else mapping(component).get("index")
    name = said.get("ruleId") or rule.get("id") or ""
    return Named(_place(place, DRIVER), _place(index, 0), str(name))


def _place(said: Any, least: int) -> int | None:
    is_place = isinstance(said, int) and not isinstance(said, bool) and said >= least
    return said if is_place else None


def _level(configuration: Mapping[str, Any]) -> str:
    level = configuration.get("level")
    return level if level in LEVELS else ""


def _worse(one: str | None, other: str) -> str:
    return other if one is None else min(one, other, key=LEVELS.index)
