"""What a schema cannot say of a document: keys once, order without circles, conditions that parse.

No Django in here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from deployments.conditions import ConditionError, parse

LISTS = ("gates", "rules", "targets", "alerts", "triggers")


def problem_of(document: dict[str, Any]) -> str:
    """The first thing that makes no sense, in one sentence with its path; nothing if all does."""
    return next(_problems(document), "")


def _problems(document: dict[str, Any]) -> Iterator[str]:
    items = {
        f"sections[{at}].items[{place}]": item
        for at, section in enumerate(document.get("sections", []))
        for place, item in enumerate(section.get("items", []))
    }
    yield from _twice(items)
    for path, item in items.items():
        yield from _of_item(path, item)
    yield from _circles(items)
    for name in LISTS:
        listed = {f"{name}[{at}]": one for at, one in enumerate(document.get(name, []))}
        yield from _twice(listed)
        for path, one in listed.items():
            yield from _unparsed(path, one.get("condition", ""))
    for at, line in enumerate(document.get("messages", [])):
        if ("day" in line) != ("at" in line):
            yield f"“messages[{at}]” names a day or a time of the day alone; it takes both."
    roles = Counter(one["role"] for one in document.get("polled", []))
    for role, times in roles.items():
        if times > 1:
            yield f"“polled” names the role “{role}” {times} times; once is enough."


def _twice(listed: dict[str, Any]) -> Iterator[str]:
    first: dict[str, str] = {}
    for path, one in listed.items():
        key = one.get("key")
        if key in first:
            yield f"“{path}” has the key “{key}” of “{first[key]}”; give it one of its own."
        if key:
            first[key] = path


def _of_item(path: str, item: dict[str, Any]) -> Iterator[str]:
    choices = item.get("choices", [])
    if len(choices) == 1 or len({one.casefold() for one in choices}) < len(choices):
        yield f"“{path}.choices” needs at least two words, each of them once."
    if item.get("condition") and item.get("kind") != "criterion":
        yield f"“{path}.condition” judges nothing: only items of the kind criterion have one."
    yield from _unparsed(path, item.get("condition", ""))
    is_rollback = item.get("kind") == "rollback_step"
    if "phase" in item and is_rollback != (item["phase"] == "rollback"):
        yield (
            f"“{path}.phase” does not fit: a rollback step belongs to the phase rollback, "
            "and nothing else does."
        )


def _circles(items: dict[str, Any]) -> Iterator[str]:
    known = {item["key"] for item in items.values() if "key" in item}
    order = TopologicalSorter[str]()
    for path, item in items.items():
        for before in item.get("after", []):
            if before not in known:
                yield f"“{path}.after” names “{before}”, which is the key of no item here."
                return
            order.add(item.get("key", path), before)
    try:
        order.prepare()
    except CycleError as error:
        way = " after ".join(f"“{one}”" for one in error.args[1])
        yield f"An item cannot come before itself: {way}."


def _unparsed(path: str, condition: str) -> Iterator[str]:
    try:
        if condition:
            parse(condition)
    except ConditionError as error:
        yield f"“{path}.condition”: {error}"
