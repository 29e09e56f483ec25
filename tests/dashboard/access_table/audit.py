"""History, proof and evidence."""

from __future__ import annotations

from tests.dashboard.access_table.rows import (
    ADMINISTRATORS,
    BY_ADMINISTRATORS,
    EVERYBODY,
    HIDDEN,
    NO_METHOD,
    ONE,
    WHO_SEES,
    Body,
    Row,
)

BODIES: dict[str, Body] = {
    "audit:population": {
        "first": lambda _: "2026-01-01",
        "last": lambda _: "2026-12-31",
        "size": lambda _: "1",
    },
}
TABLE: dict[str, Row] = {
    "audit:deployment": Row(WHO_SEES, NO_METHOD, ONE),
    "audit:evidence": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 302), ONE),
    # Across deployments: auditors of a service, of whom none is listed here, and administrators.
    "audit:history": Row(ADMINISTRATORS, NO_METHOD),
    "audit:proof": Row(ADMINISTRATORS, NO_METHOD),
    "audit:verifier": Row(EVERYBODY, NO_METHOD),
    "audit:checkpoint": Row((302, 403, 403, 403, 403, 403, 403, 404), NO_METHOD, ("number",)),
    "audit:population": Row(ADMINISTRATORS, BY_ADMINISTRATORS),
    "audit:population_csv": Row((302, 403, 403, 403, 403, 403, 403, 302), NO_METHOD),
    # Only of whoever asked for it; here nobody has.
    "audit:export": Row(HIDDEN, NO_METHOD, ("export_pk",)),
    "audit:download": Row(HIDDEN, NO_METHOD, ("export_pk",)),
}  # fmt: skip
