"""What the review page shows of a document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from accounts.models import Role, User
from deployments.enums import EDITABLE
from deployments.models import Deployment
from intake.metrics import metrics_named
from intake.models import SourceDocument
from intake.review import reviewed
from intake.review.corrections import corrected
from intake.review.forms import CreateForm
from intake.review.passages import TITLES, Passage, passages, unknown_roles
from intake.review.services import refusal_to_review

PAGE = 150
OFFERED = 10
FILTERS = {
    "all": "Every line",
    "uncertain": "Uncertain",
    "unread": "Unread and notes",
    "corrected": "Corrected",
}
# The kinds that are counted on top, in the order of the page.
COUNTED = (
    "section", "item", "choice", "step", "rollback_step", "criterion", "gate", "approval",
    "authorization", "target", "trigger", "warning", "critical", "message", "fact", "command",
    "widget", "note", "left_out", "unread",
)  # fmt: skip


@dataclass(frozen=True)
class Count:
    kind: str
    title: str
    number: int


@dataclass(frozen=True)
class Tab:
    name: str
    title: str
    number: int


def review_page(document: SourceDocument, user: User, shown: str, page: str) -> dict[str, Any]:
    """The account of a document, some lines at a time, and what can be done with it."""
    common: dict[str, Any] = {
        "document": document,
        "refusal": refusal_to_review(user, document),
        "is_structured": reviewed.is_structured(document),
        "planned": planned_beside(document, user),
    }
    if not document.is_read:
        return common
    common |= {"asks_where": not reviewed.environment_of(document), "where": CreateForm()}
    if reviewed.is_structured(document):
        return common | {"parts": parts_of(document)}
    reading, lines = reviewed.reading_of(document), reviewed.lines_of(document)
    said = reviewed.newest_corrections(document)
    after = corrected(reading, reviewed.corrections_of(document), lines)
    account = passages(reading, after, [one.line for one in said], lines)
    listed = {name: [one for one in account if belongs(one, name)] for name in FILTERS}
    name = shown if shown in FILTERS else "all"
    return common | {
        **metrics_named(after, document.service),
        "counts": counts(account),
        "boxes": (reading.boxes_total, reading.boxes_done),
        "tabs": [Tab(key, title, len(listed[key])) for key, title in FILTERS.items()],
        "shown": name,
        "page": paged(listed[name], page),
        "said": {one.line: one for one in said},
        "headings": [(one.line, " › ".join(one.path)) for one in reading.sections],
        "unknown": unknown_roles(after),
        "roles": Role.objects.all(),
    }


def planned_beside(document: SourceDocument, user: User) -> list[Deployment]:
    """What the document could change instead of becoming a deployment of its own, newest first."""
    if document.applied_at is not None:
        return []
    beside = document.service.deployments.visible_to(user).filter(state__in=EDITABLE)
    return list(beside.with_names().order_by("-pk")[:OFFERED])


def belongs(passage: Passage, name: str) -> bool:
    match name:
        case "uncertain":
            return passage.is_uncertain
        case "unread":
            return passage.is_unread
        case "corrected":
            return passage.is_corrected
    return True


def paged(account: list[Passage], page: str) -> Page[Passage]:
    return Paginator(account, PAGE).get_page(page)


def counts(account: list[Passage]) -> list[Count]:
    """How many of each kind will be there, the kinds that are not there left out."""
    found: Counter[str] = Counter()
    for one in account:
        found[one.kind] += max(1, len(one.meanings))
    return [Count(kind, TITLES[kind], found[kind]) for kind in COUNTED if found[kind]]


def parts_of(document: SourceDocument) -> list[tuple[str, int]]:
    whole = reviewed.understood_of(document).whole
    names = {
        "sections": "sections", "items": "items and steps", "gates": "gates", "rules": "approvals",
        "polled": "polled roles", "targets": "targets", "alerts": "alerts",
        "triggers": "rollback triggers", "messages": "messages",
    }  # fmt: skip
    return [(title, len(getattr(whole, name))) for name, title in names.items()]
