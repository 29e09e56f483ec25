"""Sections: headings of the checklist, which are not signed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from checklists.models import Item, Section
from checklists.parts import order
from checklists.parts.items import Items
from checklists.parts.refusals import refusal_of_section
from checklists.plan import SectionPlan
from deployments.editing import Part, arrange, placed
from deployments.exceptions import Refused
from deployments.models import Deployment


class Sections(Part[Section, SectionPlan]):
    word = "section"

    def rows(self, deployment: Deployment) -> QuerySet[Section]:
        return deployment.sections.order_by("position")

    def plan_of(self, row: Section) -> SectionPlan:
        return SectionPlan(row.title, tuple(row.path[:-1]))

    def refusal(
        self, deployment: Deployment, plan: SectionPlan, row: Section | None
    ) -> Refused | None:
        return refusal_of_section(plan)

    def make(self, deployment: Deployment, plans: Sequence[SectionPlan]) -> list[Section]:
        """Each below the last one under the same heading, else at the end."""
        rows = list(self.rows(deployment))
        made = Section.objects.bulk_create(
            Section(deployment=deployment, path=plan.path, position=len(rows) + 1) for plan in plans
        )
        for row in made:
            rows.insert(_end_of(rows, row.path[:-1]), row)
        arrange(rows)
        return made

    def write(self, deployment: Deployment, changes: Sequence[tuple[Section, SectionPlan]]) -> None:
        """The headings below it are renamed with it."""
        for row, plan in changes:
            old, new = row.path, plan.path
            below = [one for one in self.rows(deployment) if one.path[: len(old)] == old]
            for one in below:
                one.path = [*new, *one.path[len(old) :]]
            Section.objects.bulk_update(below, ["path"])

    def put(self, deployment: Deployment, row: Section, place: str) -> bool:
        """Its items go with it; the headings below it stay where they are."""
        items = list(Items().rows(deployment))
        rows = list(self.rows(deployment))
        moved = placed(rows, row, place)
        if moved == rows:
            return False
        arrange(moved)
        order.settle(items, list(Items().rows(deployment)))
        return True

    def refusal_to_take_out(self, row: Section) -> Refused | None:
        items = Item.every.filter(section=row)
        if items.filter(removed_at__isnull=True).exists():
            return Refused(f"“{row.title}” still has items; move them or take them out first.")
        if items.exists():
            return Refused(
                f"“{row.title}” keeps the evidence of items that were taken out; rename it instead."
            )
        return None


def _end_of(rows: Sequence[Section], above: list[str]) -> int:
    below = [place for place, one in enumerate(rows) if one.path[: len(above)] == above]
    return below[-1] + 1 if below and above else len(rows)
