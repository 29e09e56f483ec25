"""Sign-off, decision, polls and waivers."""

from __future__ import annotations

from deployments.facts import Facts
from tests.dashboard.access_table.rows import HIDDEN, NO_METHOD, ONE, WHO_SEES, Body, Row

BODIES: dict[str, Body] = {
    "approvals:reopen": {"reason": lambda _: "the plan changes"},
    "approvals:facts": {
        "package": lambda one: one.package,
        "commit": lambda _: "ffff",
        "lead": lambda one: one.lead.username,
        "shown": lambda one: Facts.of(one).fingerprint,
    },
    "approvals:sign": {
        "choice": lambda _: "approve",
        "shown_content": lambda one: one.content_hash,
        "shown_schedule": lambda one: one.schedule_hash,
    },
    "approvals:lift": {"reason": lambda _: "settled by now"},
    "approvals:decide": {
        "verdict": lambda _: "hold",
        "reason": lambda _: "waiting for the network team",
        "latest_start_minutes": lambda _: "30",
        "shown_content": lambda one: one.content_hash,
        "shown_schedule": lambda one: one.schedule_hash,
    },
    "approvals:poll": {"is_on": lambda _: "on", "roles": lambda _: "security"},
    "approvals:answer": {"word": lambda _: "go"},
    "approvals:voice": {"word": lambda _: "go", "person": lambda _: "security"},
    # The product owner names themselves, which is no second person.
    "approvals:break_glass": {
        "reason": lambda _: "customers cannot pay",
        "second_person": lambda _: "product_owner",
        "latest_start_minutes": lambda _: "30",
        "shown_content": lambda one: one.content_hash,
        "shown_schedule": lambda one: one.schedule_hash,
    },
    "approvals:waiver": {
        "reason": lambda _: "known and harmless",
        "risk_owner": lambda one: str(one.requester_id),
        "ends_at": lambda one: one.t0.strftime("%Y-%m-%dT%H:%M"),
    },
    "approvals:end_waiver": {"reason": lambda _: "no longer needed"},
}
TABLE: dict[str, Row] = {
    "approvals:waiver": Row(WHO_SEES, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "key")),
    "approvals:sign_waiver": Row(NO_METHOD, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "waiver_pk")),
    "approvals:end_waiver": Row(NO_METHOD, (302, 404, 403, 403, 403, 302, 403, 403), ("pk", "waiver_pk")),
    "approvals:facts": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "approvals:submit": Row(WHO_SEES, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "approvals:reopen": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "approvals:resume": Row(WHO_SEES, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "approvals:poll": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "approvals:poll_again": Row(NO_METHOD, (302, 404, 403, 403, 403, 409, 403, 403), ONE),
    "approvals:answer": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "role_key")),
    "approvals:voice": Row(WHO_SEES, (302, 404, 403, 403, 403, 409, 403, 403), ("pk", "role_key")),
    "approvals:break_glass": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 422, 403), ONE),
    "approvals:dossier": Row(HIDDEN, NO_METHOD, ("pk", "decision_pk")),
    "approvals:review": Row(HIDDEN, HIDDEN, ("pk", "decision_pk")),
    "approvals:start": Row(NO_METHOD, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "approvals:sign": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 302, 403), ("pk", "rule_pk")),
    "approvals:lift": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "vote_pk")),
    "approvals:decide": Row(WHO_SEES, (302, 404, 403, 403, 403, 302, 403, 403), ONE),
}  # fmt: skip
