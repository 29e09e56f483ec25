"""Machines: by token alone."""

from __future__ import annotations

from tests.dashboard.access_table.rows import ONE, TOKEN_ONLY, Body, Row

BODIES: dict[str, Body] = {}
TABLE: dict[str, Row] = {
    "api:openapi-json": Row((200,) * 8, (200,) * 8),
    "api:api-root": Row((404,) * 8, (404,) * 8),
    "api:deployments": Row(TOKEN_ONLY, (405,) * 8),
    "api:readiness": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:deliver": Row((405,) * 8, (400,) * 8, ("webhook",)),
    "api:bounce": Row((405,) * 8, (400,) * 8, ("webhook",)),
    "api:deployment": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:gates": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:votes": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:gate": Row(TOKEN_ONLY, (405,) * 8, ("pk", "key")),
    "api:run": Row(TOKEN_ONLY, (405,) * 8, ("pk", "key", "number")),
    "api:metrics": Row((405,) * 8, TOKEN_ONLY, ONE),
    "api:incidents": Row((405,) * 8, TOKEN_ONLY, ONE),
    "api:report": Row((405,) * 8, TOKEN_ONLY, ("pk", "key")),
    "api:unknown": Row((404,) * 8, (404,) * 8, ("rest",)),
}  # fmt: skip
