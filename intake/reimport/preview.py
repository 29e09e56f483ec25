"""What a document would change in a plan, grouped for a page; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from approvals.readiness import joined
from deployments.canonical import digest
from deployments.versions import Group
from intake.reimport.matching import ByHand, matched
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
    fingerprint: str

    @property
    def sentence(self) -> str:
        said = {"added": self.added, "changed": self.changed, "taken out": self.removed}
        parts = [f"{number} {word}" for word, number in said.items() if number]
        return f"{joined(parts)}." if parts else "Nothing of the plan differs from this document."


def preview(old: Whole, new: Whole, *, from_markdown: bool, by_hand: ByHand) -> Preview:
    """Compare the deployment's present plan with that of a document; no queries."""
    whole = matched(old, new, from_markdown=from_markdown, by_hand=by_hand)
    before, after = plain(old), plain(whole)
    groups = compared(before, after)
    kinds = Counter(edit.change.kind for group in groups for edit in group.edits)
    return Preview(
        whole,
        groups,
        kinds["added"],
        kinds["removed"],
        kinds["changed"],
        digest([before, after]),
    )
