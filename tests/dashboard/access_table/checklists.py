"""Checklist and runbook."""

from __future__ import annotations

from tests.dashboard.access_table.rows import NO_METHOD, ONE, WHO_SEES, Body, Row

BODIES: dict[str, Body] = {
    "checklists:item": {"to": lambda _: "failed", "reason": lambda _: "the disk is full"},
    "checklists:answer": {"answer": lambda _: "agree"},
    "checklists:answer_step": {"to": lambda _: "retry"},
    "checklists:hand_over": {"to": lambda one: one.requester_id},
    "checklists:stop": {"note": lambda _: "as it was"},
    "checklists:roll_back": {"reason": lambda _: "errors"},
    "checklists:claims": {"item": lambda one: one.items.get(position=1).pk},
    "checklists:tick_section": {"item": lambda one: one.items.get(position=1).pk},
    "checklists:add_evidence": {"text": lambda _: "491 rows are there"},
}
TABLE: dict[str, Row] = {
    "checklists:set_state": Row(NO_METHOD, (302, 404, 403, 302, 302, 302, 403, 403), ("pk", "item_pk", "state")),
    "checklists:item": Row(WHO_SEES, (302, 404, 403, 302, 302, 302, 403, 403), ("pk", "item_pk")),
    "checklists:choose": Row(NO_METHOD, (302, 404, 403, 422, 422, 422, 403, 403), ("pk", "item_pk")),
    "checklists:answer": Row(WHO_SEES, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "item_pk")),
    "checklists:take_back": Row(NO_METHOD, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "item_pk")),
    "checklists:filters": Row(WHO_SEES, NO_METHOD, ONE),
    "checklists:claims": Row(WHO_SEES, (302, 404, 403, 302, 302, 302, 403, 403), ONE),
    "checklists:tick_section": Row(WHO_SEES, (302, 404, 403, 302, 302, 302, 403, 403), ("pk", "section_pk")),
    "checklists:add_evidence": Row(WHO_SEES, (302, 404, 403, 302, 302, 302, 403, 403), ("pk", "item_pk", "kind")),
    "checklists:evidence_file": Row(WHO_SEES, NO_METHOD, ("pk", "item_pk", "evidence_pk")),
    "checklists:evidence_image": Row(WHO_SEES, NO_METHOD, ("pk", "item_pk", "evidence_pk")),
    "checklists:begin": Row(WHO_SEES, (302, 404, 403, 302, 302, 302, 403, 403), ("pk", "item_pk")),
    "checklists:answer_step": Row(WHO_SEES, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "item_pk")),
    "checklists:hand_over": Row(WHO_SEES, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "item_pk")),
    "checklists:output": Row(WHO_SEES, NO_METHOD, ("pk", "item_pk")),
    "checklists:end_command": Row(NO_METHOD, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "item_pk")),
    "checklists:add_step": Row(WHO_SEES, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "checklists:stop": Row(WHO_SEES, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "checklists:roll_back": Row(WHO_SEES, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "checklists:finish_rollback": Row(NO_METHOD, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "checklists:complete": Row(NO_METHOD, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
}  # fmt: skip
