"""Tokens and webhooks of services."""

from __future__ import annotations

from tests.dashboard.access_table.rows import (
    ADMINISTRATORS,
    BY_ADMINISTRATORS,
    NO_METHOD,
    WHO_SEES,
    Body,
    Row,
)

BODIES: dict[str, Body] = {
    "machines:list": {"title": lambda _: "CI", "scopes": lambda _: "report"},
    "machines:webhooks": {"title": lambda _: "Load tests"},
    "machines:bounces": {"title": lambda _: "Mail relay"},
}
TABLE: dict[str, Row] = {
    "machines:list": Row(WHO_SEES, (302, 404, 403, 403, 200, 403, 403, 403), ("service_key",)),
    "machines:revoke": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "token_pk")),
    "machines:webhooks": Row(WHO_SEES, (302, 404, 403, 403, 200, 403, 403, 403), ("service_key",)),
    "machines:rotate_webhook": Row(WHO_SEES, (302, 404, 403, 403, 200, 403, 403, 403), ("service_key", "webhook_pk")),
    "machines:revoke_webhook": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "webhook_pk")),
    "machines:bounces": Row(ADMINISTRATORS, ADMINISTRATORS),
    "machines:rotate_bounces": Row(ADMINISTRATORS, ADMINISTRATORS, ("bounces_pk",)),
    "machines:revoke_bounces": Row(NO_METHOD, BY_ADMINISTRATORS, ("bounces_pk",)),
    "machines:address_works": Row(NO_METHOD, BY_ADMINISTRATORS, ("address_pk",)),
}  # fmt: skip
