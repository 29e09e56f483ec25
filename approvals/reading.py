"""A stored content version as a signer reads it: everything that is hashed, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.differences import TITLES, as_text, entries
from deployments.models import Deployment
from deployments.wording import PARTS, SORTS, Words, field_words, heading

FACTS = ("package", "service", "environment", "branch", "commit", "digest")
# The order in which a signer reads the parts; what an app adds later comes after them.
ORDER = (
    PARTS["items"],
    *SORTS.values(),
    PARTS["gates"],
    PARTS["monitoring.triggers"],
    PARTS["monitoring.targets"],
    PARTS["rules.rules"],
    PARTS["rules.polled"],
)
# How a gate is measured: signed like all else, and folded because there are many.
LIMITS = frozenset(
    {
        "interval",
        "settle",
        "timeout",
        "freshness",
        "need_good",
        "max_bad",
        "max_bad_streak",
        "max_error_streak",
    }
)


@dataclass(frozen=True)
class Line:
    """One definition: its words, its commands, and every other field that is signed with it."""

    text: str
    details: list[tuple[str, str]] = field(default_factory=list)
    limits: list[tuple[str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Signed:
    facts: list[tuple[str, str]]
    parts: list[Part]


def signed_content(deployment: Deployment) -> Signed:
    """The content version that a vote names, whole; what is off or empty is left out."""
    content = deployment.content_version.content if deployment.content_version else {}
    known, words = entries(content), Words.read()
    parts: dict[str, list[Line]] = {title: [] for title in ORDER}
    for part, fields in _in_order(deployment, known):
        if part != "deployment":
            line = _line(part, fields, known, words)
            parts.setdefault(heading(part, fields), []).append(line)
    facts = content.get("deployment", {})
    return Signed(
        facts=[(field_words(name), str(facts.get(name, ""))) for name in FACTS],
        parts=[Part(title, lines) for title, lines in parts.items() if lines],
    )


def _in_order(
    deployment: Deployment, known: Mapping[tuple[str, str], dict[str, Any]]
) -> list[tuple[str, dict[str, Any]]]:
    """Items as the checklist shows them; the order of the content itself says nothing."""
    places = dict(deployment.items.values_list("key", "position"))
    last = len(places) + 1
    ordered = sorted(known, key=lambda place: places.get(place[1], last) if _is_item(place) else 0)
    return [(place[0], known[place]) for place in ordered]


def _is_item(place: tuple[str, str]) -> bool:
    return place[0] == "items"


def _line(
    part: str,
    fields: dict[str, Any],
    known: Mapping[tuple[str, str], dict[str, Any]],
    words: Words,
) -> Line:
    title = next((name for name in TITLES if fields.get(name)), "key")
    details: list[tuple[str, str]] = []
    limits: list[tuple[str, str]] = []
    for path, given in _leaves(fields):
        if path in {title, "key", "commands"} or (part == "items" and path == "kind"):
            continue
        if path == "after":
            said = ", ".join(_titled(part, str(one), known) for one in given)
        else:
            said = words.value(part, path, as_text(given))
        pair = _pair(path, part, given, said)
        if pair:
            (limits if path in LIMITS else details).append(pair)
    text = words.value(part, title, as_text(fields.get(title)))
    commands = [_command(command) for command in fields.get("commands") or []]
    return Line(text, details, limits, commands)


def _leaves(fields: dict[str, Any], within: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, given in fields.items():
        path = f"{within}{name}"
        found += _leaves(given, f"{path}.") if isinstance(given, dict) else [(path, given)]
    return found


def _pair(path: str, part: str, given: Any, said: str) -> tuple[str, str] | None:
    """A field with its value; one that is on is said by its name, one that is off not at all."""
    if path == "required":
        return ("Required" if given else "Optional", "")
    if given is True:
        return (field_words(path, part), "")
    if given is False or given in (None, "", []):
        return None
    return (field_words(path, part), said)


def _titled(part: str, key: str, known: Mapping[tuple[str, str], dict[str, Any]]) -> str:
    fields = known.get((part, key), {})
    return next((str(fields[name]) for name in TITLES if fields.get(name)), key)


def _command(command: dict[str, str]) -> str:
    language = f"# {command['language']}\n" if command.get("language") else ""
    return f"{language}{command['text']}"
