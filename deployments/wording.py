"""What is signed, as people say it: the names of its parts and fields, and its stored values.

Each app hands over the words of its own part; what it adds later is shown by its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import Role
from deployments.conditions import length
from deployments.differences import Fields

PARTS = {
    "deployment": "Facts",
    "gates": "Gates",
    "items": "Checklist",
    "monitoring.targets": "Targets",
    "monitoring.triggers": "Rollback triggers",
    "rules.rules": "Approval rules",
    "rules.polled": "Roles with the final word",
}
# Of a part with several kinds of definition the ones that stand under a heading of their own.
SORTS = {
    "step": "Steps of the day",
    "rollback_step": "Rollback steps",
    "criterion": "Success criteria",
}
FIELDS = {
    "digest": "Artefact digest",
    "evidence": "Evidence demanded",
    "after": "Comes after",
    "count": "People who sign",
    "order_group": "Place in the order of signing",
    "machine_only": "Reported by machines only",
    "unwaivable": "Cannot be waived",
    "interval": "Time between measurements",
    "settle": "Wait before the first measurement",
    "timeout": "Inconclusive after",
    "freshness": "An answer stays fresh for",
    "need_good": "Good answers in a row needed",
    "max_bad": "Bad answers allowed",
    "max_bad_streak": "Bad answers in a row allowed",
    "max_error_streak": "Failed measurements in a row allowed",
    "on_no_data": "When there is no data",
    "mode": "What happens when it holds",
    "decided_by": "Who decides",
}
# Stored as whole seconds.
TIMES = frozenset({"interval", "settle", "timeout", "freshness"})
# Stored as keys of roles.
ROLES = frozenset(
    {("rules.rules", "role"), ("rules.polled", "value"), ("monitoring.triggers", "decided_by")}
)
_fields: dict[tuple[str, str], str] = {}
_values: dict[tuple[str, str], Mapping[str, str]] = {}


def register(
    part: str,
    *,
    fields: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Have fields of a part said by these names, and what is stored in them by these words."""
    _fields.update({(part, name): words for name, words in (fields or {}).items()})
    _values.update({(part, name): words for name, words in (values or {}).items()})


@dataclass(frozen=True)
class Words:
    """What one page says things by; read once, since roles are named by their administrators."""

    roles: Mapping[str, str]

    @classmethod
    def read(cls) -> Words:
        return cls(dict(Role.objects.values_list("key", "title")))

    def value(self, part: str, name: str, text: str) -> str:
        """A stored value, given as text; what has no words of its own is said as it is."""
        own = name.rpartition(".")[2]
        if own in TIMES and text.isdecimal():
            return length(int(text))
        if (part, own) in ROLES:
            return self.roles.get(text, text)
        return _values.get((part, own), {}).get(text, text)


def heading(part: str, fields: Fields) -> str:
    """Under which words a definition stands among others."""
    if part == "items":
        return SORTS.get(str(fields.get("kind")), PARTS[part])
    return part_words(part)


def field_words(name: str, part: str = "") -> str:
    """The name of a field as people say it; nested ones after what they stand in."""
    within, _, own = name.rpartition(".")
    if known := _fields.get((part, own)):
        return known
    words = FIELDS.get(own) or own.replace("_", " ").capitalize()
    return f"{field_words(within)}: {words.lower()}" if within else words


def part_words(name: str) -> str:
    return PARTS.get(name) or name.replace(".", ": ").replace("_", " ").capitalize()
