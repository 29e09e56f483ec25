"""The content versions of a deployment: who made them, and what changed between any two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from deployments.differences import Change, differences, touched
from deployments.models import ContentVersion, Deployment

AT_ONCE = 20
# The parts and fields of today in words; what an app adds later is shown by its own name.
PARTS = {
    "deployment": "Facts",
    "gates": "Gates",
    "items": "Checklist, steps and criteria",
    "monitoring.targets": "Targets",
    "monitoring.triggers": "Rollback triggers",
    "rules.rules": "Approval rules",
    "rules.polled": "Roles with the final word",
}
FIELDS = {
    "digest": "Artefact digest",
    "evidence": "Evidence demanded",
    "after": "Comes after",
    "count": "People who sign",
    "order_group": "Place in the order of signing",
    "machine_only": "Reported by machines only",
    "unwaivable": "Cannot be waived",
    "interval": "Seconds between measurements",
    "settle": "Seconds before the first measurement",
    "timeout": "Seconds until it is inconclusive",
    "freshness": "Seconds that an answer stays fresh",
    "need_good": "Good answers in a row needed",
    "max_bad": "Bad answers allowed",
    "max_bad_streak": "Bad answers in a row allowed",
    "max_error_streak": "Failed measurements in a row allowed",
    "mode": "What happens when it holds",
}


@dataclass(frozen=True)
class Edit:
    """One change with the versions that made it."""

    change: Change
    by: Sequence[ContentVersion]

    @property
    def fields(self) -> list[tuple[str, Any]]:
        return [(field_words(one.name), one) for one in self.change.fields]


@dataclass(frozen=True)
class Group:
    title: str
    edits: Sequence[Edit]


def field_words(name: str) -> str:
    """The name of a field as people say it; nested ones after what they stand in."""
    within, _, own = name.rpartition(".")
    words = FIELDS.get(own) or own.replace("_", " ").capitalize()
    return f"{field_words(within)}: {words.lower()}" if within else words


def part_words(name: str) -> str:
    return PARTS.get(name) or name.replace(".", ": ").replace("_", " ").capitalize()


def compare(known: Mapping[int, ContentVersion], first: int, last: int) -> list[Group]:
    """What changed from one version to a later one, grouped by part, with who changed it.

    Three queries, however many versions lie between; their contents are read one after the other.
    """
    before, after = known[first], known[last]
    between = ContentVersion.objects.filter(
        deployment=before.deployment_id, number__range=(first, last)
    )
    contents = between.order_by("number").values_list("number", "content")
    made = touched(contents.iterator(chunk_size=AT_ONCE))
    changes = differences(before.content, after.content)
    return [
        Group(
            part_words(part),
            [Edit(one, [known[number] for number in made[one.place]]) for one in group],
        )
        for part, group in groupby(changes, key=lambda one: one.part)
    ]


def number_in(text: str) -> int | None:
    """A version's number as an address names it; what is none is a version that there is not."""
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def versions_page(deployment: Deployment, first: int | None, last: int | None) -> dict[str, Any]:
    """The list of versions and two of them compared, the last two where none are named."""
    listed = deployment.versions.select_related("author").defer("content").order_by("-number")
    known = {version.number: version for version in listed}
    unknown = [number for number in (first, last) if number is not None and number not in known]
    newest = max(known, default=0)
    upper = last or newest
    ends = sorted((first or max(1, upper - 1), upper))
    is_comparable = not unknown and ends[0] != ends[1]
    return {
        "deployment": deployment,
        "versions": list(known.values()),
        "unknown": unknown,
        "first": ends[0],
        "last": ends[1],
        "is_comparable": is_comparable,
        "groups": compare(known, *ends) if is_comparable else [],
    }
