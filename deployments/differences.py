"""What changed between two stored contents, in words. No Django in here.

A content is plain data by part; a definition in it is known by its `key`, wherever it stands. Parts
and shapes that are not known yet are compared all the same.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Content = Mapping[str, Any]
Fields = dict[str, Any]
Place = tuple[str, str]
Entries = Mapping[Place, Fields]

TITLES = ("text", "title", "statement", "name", "role", "value", "key")
# Fields that name other definitions of their part by key.
REFERENCES = ("after",)
# Beyond so many words a text is shown whole before and after, since comparing costs their square.
MOST_WORDS = 1500
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Span:
    """A piece of a text: `same` in both, `removed` from the first or `added` in the second."""

    kind: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as text; `spans` tell the two apart word by word."""

    name: str
    before: str
    after: str

    @property
    def spans(self) -> list[Span]:
        return spans(self.before, self.after)


@dataclass(frozen=True)
class Change:
    """One definition that is `added`, `removed` or `changed`, with the fields that differ."""

    part: str
    key: str
    kind: str
    title: str
    fields: list[FieldChange] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return self.part, self.key


def differences(before: Content, after: Content) -> list[Change]:
    """Everything that differs, part by part, in the order of the later content."""
    old, new = entries(before), entries(after)
    parts = list(dict.fromkeys(part for part, _ in {**new, **old}))
    places = sorted({**new, **old}, key=lambda place: parts.index(place[0]))
    return [_change(place, old, new) for place in places if old.get(place) != new.get(place)]


def touched(contents: Iterable[tuple[int, Content]]) -> dict[Place, list[int]]:
    """For every definition the numbers of the versions that changed it, oldest first.

    The first of the contents is what the others are compared with and touches nothing itself.
    """
    found: dict[Place, list[int]] = {}
    last: dict[Place, Fields] | None = None
    for number, content in contents:
        present = entries(content)
        if last is not None:
            for place in {**last, **present}:
                if last.get(place) != present.get(place):
                    found.setdefault(place, []).append(number)
        last = present
    return found


def entries(content: Content) -> dict[Place, Fields]:
    """Every definition of a content by its part and key, whatever shape the part has."""
    return {
        (part, key): fields
        for name, given in content.items()
        for part, key, fields in _entries(str(name), given)
    }


def _entries(part: str, given: Any) -> Iterator[tuple[str, str, Fields]]:
    if isinstance(given, list):
        yield from _listed(part, given)
        return
    if not isinstance(given, dict):
        yield part, "", {"value": given}
        return
    plain = {name: one for name, one in given.items() if not _holds_entries(one)}
    if plain:
        yield part, "", plain
    for name, one in given.items():
        if name not in plain:
            yield from _entries(f"{part}.{name}", one)


def _holds_entries(given: Any) -> bool:
    return isinstance(given, list | dict)


def _listed(part: str, given: list[Any]) -> Iterator[tuple[str, str, Fields]]:
    """Entries by their own key; what has none, or has one twice, by what it says."""
    seen: dict[str, int] = {}
    for one in given:
        fields = one if isinstance(one, dict) else {"value": one}
        key = str(fields.get("key") or as_text(one))
        seen[key] = seen.get(key, 0) + 1
        yield part, key if seen[key] == 1 else f"{key} ({seen[key]})", fields


def _change(place: Place, old: Entries, new: Entries) -> Change:
    was, now = old.get(place), new.get(place)
    title = _title(now or was or {}, place[1])
    before, after = dict(_flat(was or {}, place[0], old)), dict(_flat(now or {}, place[0], new))
    if was is None or now is None:
        kind = "added" if was is None else "removed"
        return Change(*place, kind, title, _fields(before, after, leave_out={"", "no", title}))
    return Change(*place, "changed", title, _fields(before, after, leave_out=()))


def _title(fields: Fields, key: str) -> str:
    said = (fields.get(name) for name in TITLES)
    return next((str(one) for one in said if isinstance(one, str | int) and one != ""), key)


def _fields(
    before: Mapping[str, str], after: Mapping[str, str], *, leave_out: Container[str]
) -> list[FieldChange]:
    """The fields that differ; of what is new or gone only those that say something more."""
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in {**before, **after})
    return [
        FieldChange(name, was, now)
        for name, was, now in pairs
        if was != now and (was or now) not in leave_out
    ]


def _flat(fields: Fields, part: str, known: Entries, within: str = "") -> Iterator[tuple[str, str]]:
    """Each field as text; references to other definitions by their titles."""
    for name, given in fields.items():
        path = f"{within}.{name}" if within else str(name)
        if isinstance(given, dict):
            yield from _flat(given, part, known, path)
        elif name in REFERENCES and isinstance(given, list):
            yield (
                path,
                "\n".join(_title(known.get((part, str(one)), {}), str(one)) for one in given),
            )
        else:
            yield path, as_text(given)


def as_text(given: Any) -> str:
    """A stored value as people read it: yes and no, lists line by line, nothing for nothing."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, list):
        return "\n".join(as_text(one) for one in given)
    if isinstance(given, dict):
        rest = ", ".join(f"{name}: {as_text(one)}" for name, one in given.items() if name != "text")
        said = as_text(given.get("text"))
        return f"{said} ({rest})" if said and rest else said or rest
    return "" if given is None else str(given)


def spans(before: str, after: str) -> list[Span]:
    """Two texts as one, with the words that were taken out and put in; nothing is left out."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        whole = (("removed", before), ("added", after))
        return [Span(kind, text) for kind, text in whole if text]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    found = []
    for word, start, end, begin, stop in matcher.get_opcodes():
        was, now = "".join(old[start:end]), "".join(new[begin:stop])
        if word == "equal":
            found.append(Span("same", was))
        else:
            pair = (("removed", was), ("added", now))
            found += [Span(kind, text) for kind, text in pair if text]
    return found
