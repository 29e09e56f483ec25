"""Documents and templates."""

from __future__ import annotations

from tests.dashboard.access_table.rows import (
    DOCUMENT,
    EVERYBODY,
    NO_METHOD,
    ONE,
    WHO_REVIEWS,
    WHO_SEES,
    Body,
    Row,
)

BODIES: dict[str, Body] = {
    "intake:new": {
        "service": lambda one: one.service.key,
        "environment": lambda one: one.environment.key,
        "package": lambda one: one.package,
        "copy_of": lambda one: one.pk,
    },
    "intake:save_template": {"title": lambda _: "Nightly release"},
    "intake:correct": {"line": lambda _: "3", "kind": lambda _: "step"},
    "intake:onto": {"seen": lambda _: "another difference"},
    "intake:template_of": {"title": lambda _: "From a document"},
    "intake:upload": {"service": lambda one: one.service.key},
}
TABLE: dict[str, Row] = {
    "intake:new": Row(EVERYBODY, (302, 403, 403, 403, 302, 403, 403, 403)),
    "intake:document": Row(WHO_SEES, NO_METHOD, ONE),
    "intake:download": Row(WHO_SEES, NO_METHOD, ("pk", "form")),
    "intake:save_template": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "intake:documents": Row(EVERYBODY, NO_METHOD),
    "intake:review": Row(WHO_REVIEWS, NO_METHOD, DOCUMENT),
    "intake:correct": Row(NO_METHOD, (302, 404, 404, 404, 302, 404, 404, 404), DOCUMENT),
    "intake:create": Row(NO_METHOD, (302, 404, 404, 404, 302, 404, 404, 404), DOCUMENT),
    "intake:onto": Row(
        WHO_REVIEWS, (302, 404, 404, 404, 409, 404, 404, 404), ("document_pk", "pk")
    ),
    "intake:template_of": Row(WHO_REVIEWS, (302, 404, 404, 404, 302, 404, 404, 404), DOCUMENT),
    "intake:templates": Row(EVERYBODY, NO_METHOD),
    "intake:template": Row(WHO_SEES, NO_METHOD, ("version_pk",)),
    "intake:template_messages": Row(
        WHO_SEES, (302, 404, 403, 403, 422, 403, 403, 403), ("version_pk",)
    ),
    "intake:upload": Row(EVERYBODY, (302, 403, 403, 403, 422, 403, 403, 403)),
}  # fmt: skip
