"""What a document would change in a plan, grouped for a page; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deployments.versions import Group
from intake.reimport.matching import matched
from intake.structured.plain import plain
from intake.templates import compared
from intake.whole import Whole


@dataclass(frozen=True)
class Preview:
    """`whole` is the new plan under the old keys."""

    whole: Whole
    groups: Sequence[Group]
    added: int
    removed: int
    changed: int


def preview(old: Whole, new: Whole, *, from_markdown: bool) -> Preview:
    """Compare the deployment's present plan with that of a document; no queries."""
    whole = matched(old, new, from_markdown=from_markdown)
    groups = compared(plain(old), plain(whole))
    kinds = Counter(edit.change.kind for group in groups for edit in group.edits)
    return Preview(whole, groups, kinds["added"], kinds["removed"], kinds["changed"])
