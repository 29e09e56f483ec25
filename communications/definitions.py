"""A communication plan before it has rows; the shape in which intake hands it over."""

from dataclasses import dataclass
from datetime import timedelta

from communications.enums import Kind
from deployments.enums import Anchor


@dataclass(frozen=True)
class PlanLine:
    """What is told when: `offset` counts from the anchor and is negative before it."""

    kind: str
    anchor: str
    offset: timedelta
    title: str
    text: str = ""
    line: int | None = None


DAY, HOUR = timedelta(days=1), timedelta(hours=1)

STANDARD_PLAN = (
    PlanLine(Kind.NOTICE, Anchor.T0, -DAY, "Deployment notice"),
    PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go"),
    PlanLine(Kind.START, Anchor.START, 0 * HOUR, "The deployment starts"),
    PlanLine(Kind.COMPLETE, Anchor.COMPLETE, 0 * HOUR, "The deployment is complete"),
    PlanLine(Kind.SUMMARY, Anchor.COMPLETE, DAY, "Summary of the first day"),
)
