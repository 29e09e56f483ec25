"""Signing in and out."""

from __future__ import annotations

from tests.dashboard.access_table.rows import NO_METHOD, Body, Row

BODIES: dict[str, Body] = {}
TABLE: dict[str, Row] = {
    "accounts:sign_in": Row((200, 302, 302, 302, 302, 302, 302, 302), (200, 302, 302, 302, 302, 302, 302, 302)),
    "accounts:sign_in_code": Row((302,) * 8, (302,) * 8),
    "accounts:sign_out": Row(NO_METHOD, (302, 302, 302, 302, 302, 302, 302, 302)),
}  # fmt: skip
