"""What a row says: for each kind of person what an address answers to GET and to POST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deployments.models import Deployment

PERSONS = (
    "anonymous", "outsider", "stakeholder", "member", "release_manager", "ops_lead",
    "product_owner", "administrator",
)  # fmt: skip
Statuses = tuple[int, int, int, int, int, int, int, int]
# What is posted to an address, made for the scene.
Body = dict[str, Callable[[Deployment], Any]]


@dataclass(frozen=True)
class Row:
    get: Statuses
    post: Statuses
    arguments: tuple[str, ...] = ()


ONE = ("pk",)
DOCUMENT = ("document_pk",)
EVERYBODY: Statuses = (302, 200, 200, 200, 200, 200, 200, 200)
WHO_SEES: Statuses = (302, 404, 200, 200, 200, 200, 200, 200)
HIDDEN: Statuses = (302, 404, 404, 404, 404, 404, 404, 404)
WHO_REVIEWS: Statuses = (302, 404, 404, 404, 200, 404, 404, 404)
NO_METHOD: Statuses = (302, 405, 405, 405, 405, 405, 405, 405)
EDITS_THE_LIST: Statuses = (302, 404, 403, 403, 200, 403, 403, 403)
TOKEN_ONLY: Statuses = (401, 401, 401, 401, 401, 401, 401, 401)
# Pages of administrators: the address of a page says nothing, so others are told why not.
ADMINISTRATORS: Statuses = (302, 403, 403, 403, 403, 403, 403, 200)
BY_ADMINISTRATORS: Statuses = (302, 403, 403, 403, 403, 403, 403, 302)
SHOWN_TO_ADMINISTRATORS: Statuses = (302, 404, 403, 403, 403, 403, 403, 200)
DONE_BY_ADMINISTRATORS: Statuses = (302, 404, 403, 403, 403, 403, 403, 302)
