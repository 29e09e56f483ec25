"""A communication plan before it has rows; the shape in which intake hands it over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta

from communications import meant, moments
from communications.enums import Kind
from deployments.described import Described
from deployments.enums import Anchor


@dataclass(frozen=True)
class PlanLine(Described):
    """What is told when: `offset` counts from the anchor and is negative before it.

    `day` and `at` are calendar time instead: so many days from the anchor's day, at that time of
    the planner's zone. `audience` narrows who is told (nothing: everybody with a part in the
    service's releases); `addresses` are told besides.
    """

    kind: str
    anchor: str
    offset: timedelta
    title: str
    text: str = ""
    line: int | None = None
    day: int | None = field(default=None, kw_only=True)
    at: time | None = field(default=None, kw_only=True)
    audience: tuple[str, ...] = field(default=(), kw_only=True)
    addresses: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def when(self) -> str:
        return moments.in_words(self.anchor, self.offset, self.day, self.at)

    def plain(self) -> dict[str, str]:
        return {
            "kind": Kind(self.kind).label,
            "title": self.title,
            "when": self.when,
            "audience": meant.in_words(self.audience),
            "addresses": "\n".join(self.addresses),
            "text": self.text,
        }


DAY, HOUR = timedelta(days=1), timedelta(hours=1)

STANDARD_PLAN = (
    PlanLine(Kind.NOTICE, Anchor.T0, -DAY, "Deployment notice"),
    PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go"),
    PlanLine(Kind.START, Anchor.START, 0 * HOUR, "The deployment starts"),
    PlanLine(Kind.COMPLETE, Anchor.COMPLETE, 0 * HOUR, "The deployment is complete"),
    PlanLine(Kind.SUMMARY, Anchor.COMPLETE, DAY, "Summary of the first day"),
    # 48 h after, unless the document says that it is watched longer or shorter.
    PlanLine(Kind.SUMMARY, Anchor.WATCH_END, 0 * HOUR, "Closing report"),
)
