"""A stored content version as a signer reads it: everything that is hashed, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deployments.models import Deployment

FACTS = ("package", "service", "environment", "branch", "commit", "digest")


@dataclass(frozen=True)
class Line:
    """One definition: its words, its commands, and every other field that is signed with it."""

    text: str
    details: list[tuple[str, str]] = field(default_factory=list)
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
    """The content version that a vote names, whole; fields that say nothing are left out."""
    content = deployment.content_version.content if deployment.content_version else {}
    items = _in_order(deployment, content.get("items", []))
    facts, watched = content.get("deployment", {}), content.get("monitoring", {})
    approvals = content.get("rules", {})
    return Signed(
        facts=[(name, facts.get(name, "")) for name in FACTS],
        parts=[
            Part("Checklist, steps and criteria", _lines(items, "text")),
            Part("Gates", _lines(content.get("gates", []), "title")),
            Part("Rollback triggers", _lines(watched.get("triggers", []), "text")),
            Part("Targets", _lines(watched.get("targets", []), "text")),
            Part("Approvals", _lines(approvals.get("rules", []), "statement")),
            Part(
                "Roles with the final word",
                [Line(role) for role in approvals.get("polled", [])],
            ),
        ],
    )


def _in_order(deployment: Deployment, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items as the checklist shows them; the order of the content itself says nothing."""
    places = dict(deployment.items.values_list("key", "position"))
    return sorted(entries, key=lambda entry: places.get(entry.get("key", ""), len(places) + 1))


def _lines(entries: list[dict[str, Any]], words: str) -> list[Line]:
    return [_line(entry, words) for entry in entries]


def _line(entry: dict[str, Any], words: str) -> Line:
    details = [
        (name.replace("_", " "), value)
        for name, given in entry.items()
        if name not in {words, "commands"}
        for value in _values(given)
    ]
    commands = [_command(command) for command in entry.get("commands", [])]
    return Line(str(entry.get(words) or entry.get("key", "")), details, commands)


def _command(command: dict[str, str]) -> str:
    language = f"# {command['language']}\n" if command.get("language") else ""
    return f"{language}{command['text']}"


def _values(given: Any) -> list[str]:
    """Each leaf as text; what is off, empty or not set says nothing."""
    if given is True:
        return ["yes"]
    if isinstance(given, dict):
        return [f"{name}: {value}" for name, one in given.items() for value in _values(one)]
    if isinstance(given, list):
        return [value for one in given for value in _values(one)]
    return [str(given)] if given not in (False, None, "") else []
