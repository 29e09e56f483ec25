"""The content versions of a deployment: who made them, and what changed between any two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployments.differences import Change, FieldChange, differences, entries, touched
from deployments.models import ContentVersion, Deployment
from deployments.wording import Words, field_words, heading

AT_ONCE = 20


@dataclass(frozen=True)
class Edit:
    """One change in words, with the versions that made it."""

    change: Change
    by: Sequence[ContentVersion]
    words: Words

    @property
    def title(self) -> str:
        return self.words.value(self.change.part, "value", self.change.title)

    @property
    def fields(self) -> list[tuple[str, FieldChange]]:
        return [
            (field_words(one.name, self.change.part), self._said(one)) for one in self.change.fields
        ]

    def _said(self, one: FieldChange) -> FieldChange:
        before, after = (
            self.words.value(self.change.part, one.name, text) for text in (one.before, one.after)
        )
        return FieldChange(one.name, before, after)


@dataclass(frozen=True)
class Group:
    title: str
    edits: Sequence[Edit]


def compare(known: Mapping[int, ContentVersion], first: int, last: int) -> list[Group]:
    """What changed from one version to a later one, grouped by part, with who changed it.

    Four queries, however many versions lie between; their contents are read one after the other.
    """
    before, after = known[first], known[last]
    between = ContentVersion.objects.filter(
        deployment=before.deployment_id, number__range=(first, last)
    )
    contents = between.order_by("number").values_list("number", "content")
    made = touched(contents.iterator(chunk_size=AT_ONCE))
    old, new = entries(before.content), entries(after.content)
    words, groups = Words.read(), dict[str, list[Edit]]()
    for change in differences(before.content, after.content):
        title = heading(change.part, new.get(change.place) or old[change.place])
        by = [known[number] for number in made[change.place]]
        groups.setdefault(title, []).append(Edit(change, by, words))
    return [Group(title, edits) for title, edits in groups.items()]


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
