"""The decision for every address: what each kind of person gets from GET and from POST.

The deployment is in review, asked for by the release manager; bodies are complete, so that what
answers is the policy and not a form. 405: the address does not take that method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from approvals.parts import Rules
from communications.rewording import fingerprint
from deployments.facts import Facts
from deployments.models import Deployment
from monitoring.metrics.plan import MetricPlan

PERSONS = (
    "anonymous", "outsider", "stakeholder", "member", "release_manager", "ops_lead",
    "product_owner", "administrator",
)  # fmt: skip
Statuses = tuple[int, int, int, int, int, int, int, int]


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
TOKEN_ONLY: Statuses = (401, 401, 401, 401, 401, 401, 401, 401)
# Pages of administrators: the address of a page says nothing, so others are told why not.
ADMINISTRATORS: Statuses = (302, 403, 403, 403, 403, 403, 403, 200)
BY_ADMINISTRATORS: Statuses = (302, 403, 403, 403, 403, 403, 403, 302)
SHOWN_TO_ADMINISTRATORS: Statuses = (302, 404, 403, 403, 403, 403, 403, 200)
DONE_BY_ADMINISTRATORS: Statuses = (302, 404, 403, 403, 403, 403, 403, 302)
ACCOUNT = {
    "display_name": lambda _: "Ann Smith",
    "email": lambda _: "ann@example.org",
    "zone": lambda _: "Europe/Vienna",
}
CONNECTION = {
    "title": lambda _: "Metrics",
    "base_url": lambda _: "http://127.0.0.1:9/",
    "every_service": lambda _: "on",
    "credential_kind": lambda _: "none",
}
BODIES: dict[str, dict[str, Callable[[Deployment], Any]]] = {
    "deployments:schedule": {
        "local": lambda one: (one.t0 + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "zone": lambda _: "UTC",
    },
    "dashboard:plan_add": {
        "role": lambda _: "security",
        "statement": lambda _: "The audit is clean",
        "count": lambda _: "1",
        "order_group": lambda _: "1",
    },
    "dashboard:plan_edit": {
        "role": lambda _: "product_owner",
        "statement": lambda _: "It is what was asked for",
        "count": lambda _: "1",
        "order_group": lambda _: "1",
        "shown": lambda one: Rules().plan_of(one.rules.get(role__key="product_owner")).fingerprint,
    },
    "dashboard:plan_move": {"place": lambda _: "down"},
    "dashboard:plan_several": {
        "item": lambda one: one.items.get(position=1).pk,
        "required": lambda _: "no",
    },
    "dashboard:comments": {"text": lambda _: "The backup is older than usual."},
    "approvals:reopen": {"reason": lambda _: "the plan changes"},
    "deployments:cancel": {"reason": lambda _: "no longer wanted"},
    "approvals:facts": {
        "package": lambda one: one.package,
        "commit": lambda _: "ffff",
        "lead": lambda one: one.lead.username,
        "shown": lambda one: Facts.of(one).fingerprint,
    },
    "checklists:item": {"to": lambda _: "failed", "reason": lambda _: "the disk is full"},
    "checklists:answer": {"answer": lambda _: "agree"},
    "checklists:answer_step": {"to": lambda _: "retry"},
    "checklists:hand_over": {"to": lambda one: one.requester_id},
    "checklists:stop": {"note": lambda _: "as it was"},
    "checklists:roll_back": {"reason": lambda _: "errors"},
    "checklists:claims": {"item": lambda one: one.items.get(position=1).pk},
    "checklists:tick_section": {"item": lambda one: one.items.get(position=1).pk},
    "checklists:add_evidence": {"text": lambda _: "491 rows are there"},
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
    "machines:list": {"title": lambda _: "CI", "scopes": lambda _: "report"},
    "machines:webhooks": {"title": lambda _: "Load tests"},
    "gates:try_out": {
        "kind_of_gate": lambda _: "http",
        "url": lambda _: "https://example.org/health",
        "status": lambda _: "200",
        "requests": lambda _: "1",
        "seconds": lambda _: "10",
    },
    "monitoring:metric_add": {
        "title": lambda _: "Error rate",
        "key": lambda _: "error_rate",
        "unit": lambda _: "%",
        "source": lambda _: "pushed",
    },
    "monitoring:metric": {
        "title": lambda _: "Latency of reads",
        "unit": lambda _: "ms",
        "source": lambda _: "by_hand",
        "shown": lambda one: MetricPlan.of(one.service.metrics.get()).fingerprint,
    },
    "monitoring:metric_alias": {
        "name": lambda _: "read latency",
        "metric": lambda _: "latency",
    },
    "monitoring:metric_meant": {
        "name": lambda _: "read_latency",
        "metric": lambda _: "latency",
    },
    "monitoring:metric_try": {
        "source": lambda _: "http",
        "unit": lambda _: "ms",
        "url": lambda _: "https://example.org/health",
        "status": lambda _: "200",
        "requests": lambda _: "1",
        "seconds": lambda _: "10",
    },
    "gates:upload": {
        "report": lambda _: SimpleUploadedFile("junit.xml", b"<testsuites/>"),
    },
    "gates:report": {
        "outcome": lambda _: "good",
        "value": lambda _: "491/491",
        "evidence": lambda _: "build 7 of today",
    },
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
    "deployments:service_new": {"key": lambda _: "search", "title": lambda _: "Search"},
    "deployments:service_edit": {"title": lambda _: "Storage"},
    "deployments:give": {
        "who": lambda one: f"person:{one.requester.pk}",
        "what": lambda _: "auditor",
    },
    "deployments:revoke": {"aware": lambda _: "on"},
    "deployments:environment_new": {
        "key": lambda _: "staging",
        "title": lambda _: "Staging",
        "order": lambda _: "10",
    },
    "deployments:environment_edit": {"title": lambda _: "Live", "order": lambda _: "10"},
    "deployments:role_new": {
        "key": lambda _: "legal",
        "title": lambda _: "Legal",
        "order": lambda _: "10",
    },
    "deployments:role_edit": {"title": lambda _: "Safety", "order": lambda _: "10"},
    "deployments:connection_new": {"key": lambda _: "metrics", **CONNECTION},
    "deployments:connection_edit": CONNECTION,
    "deployments:person_new": {"username": lambda _: "ann", **ACCOUNT},
    "deployments:person_edit": ACCOUNT,
    "deployments:deactivate": {"aware": lambda _: "on"},
    "deployments:team_new": {"name": lambda _: "Payments"},
    "deployments:team_rename": {"name": lambda _: "Ledger"},
    "deployments:team": {"who": lambda one: f"person:{one.requester.pk}"},
    "deployments:settings": {"zone": lambda _: "Europe/Vienna"},
    "deployments:absences": {
        "service": lambda one: one.service.key,
        "starts": lambda one: one.t0.strftime("%Y-%m-%dT%H:%M"),
        "ends": lambda one: (one.t0 + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
    },
    "deployments:service_stand_ins": {
        "absent": lambda _: "security",
        "stand_in": lambda _: "member",
        "ends": lambda one: (one.t0 + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
    },
    "communications:hold": {"reason": lambda _: "the time is open"},
    "communications:reword": {
        "shown": lambda one: fingerprint(one.messages.first().text),
        "text": lambda _: "Bring tea",
    },
    "communications:skip": {"reason": lambda _: "told by phone"},
}
TABLE: dict[str, Row] = {
    "accounts:sign_in": Row((200, 302, 302, 302, 302, 302, 302, 302), (200, 302, 302, 302, 302, 302, 302, 302)),
    "accounts:sign_out": Row(NO_METHOD, (302, 302, 302, 302, 302, 302, 302, 302)),
    "dashboard:home": Row(EVERYBODY, NO_METHOD),
    "dashboard:health": Row((200,) * 8, (405,) * 8),
    "dashboard:deployments": Row(EVERYBODY, NO_METHOD),
    "dashboard:deployment": Row(WHO_SEES, NO_METHOD, ONE),
    "dashboard:mine": Row(WHO_SEES, NO_METHOD, ONE),
    "dashboard:panels": Row(WHO_SEES, NO_METHOD, ONE),
    "dashboard:tab": Row(WHO_SEES, NO_METHOD, ("pk", "tab")),
    "dashboard:plan_start": Row(WHO_SEES, NO_METHOD, ONE),
    "dashboard:plan": Row(WHO_SEES, NO_METHOD, ("pk", "page")),
    "dashboard:plan_add": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("pk", "editable")),
    "dashboard:plan_edit": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("pk", "editable", "row_pk")),
    "dashboard:plan_take_out": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("pk", "editable", "row_pk")),
    "dashboard:plan_move": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("pk", "editable", "row_pk")),
    "dashboard:plan_several": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "dashboard:comments": Row(WHO_SEES, (302, 404, 403, 302, 302, 302, 302, 403), ONE),
    "deployments:schedule": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "deployments:cancel": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "deployments:services": Row(EVERYBODY, NO_METHOD),
    "deployments:service": Row(WHO_SEES, NO_METHOD, ("service_key",)),
    "deployments:service_new": Row(ADMINISTRATORS, BY_ADMINISTRATORS),
    "deployments:service_edit": Row(SHOWN_TO_ADMINISTRATORS, DONE_BY_ADMINISTRATORS, ("service_key",)),
    "deployments:give": Row(SHOWN_TO_ADMINISTRATORS, DONE_BY_ADMINISTRATORS, ("service_key",)),
    "deployments:revoke": Row(SHOWN_TO_ADMINISTRATORS, DONE_BY_ADMINISTRATORS, ("service_key", "what", "holder")),
    "deployments:environments": Row(ADMINISTRATORS, NO_METHOD),
    "deployments:environment_new": Row(ADMINISTRATORS, BY_ADMINISTRATORS),
    "deployments:environment_edit": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("environment_key",)),
    "deployments:roles": Row(ADMINISTRATORS, NO_METHOD),
    "deployments:role_new": Row(ADMINISTRATORS, BY_ADMINISTRATORS),
    "deployments:role_edit": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("role_key",)),
    "deployments:connections": Row(ADMINISTRATORS, NO_METHOD),
    "deployments:connection_new": Row(ADMINISTRATORS, BY_ADMINISTRATORS),
    "deployments:connection": Row(ADMINISTRATORS, NO_METHOD, ("connection_key",)),
    "deployments:connection_edit": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("connection_key",)),
    "deployments:connection_remove": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("connection_key",)),
    "deployments:connection_try": Row(NO_METHOD, ADMINISTRATORS, ("connection_key",)),
    "deployments:commands": Row(ADMINISTRATORS, NO_METHOD),
    "deployments:people": Row(ADMINISTRATORS, NO_METHOD),
    "deployments:person_new": Row(ADMINISTRATORS, ADMINISTRATORS),
    "deployments:person": Row(ADMINISTRATORS, NO_METHOD, ("person_pk",)),
    "deployments:person_edit": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("person_pk",)),
    "deployments:person_link": Row(NO_METHOD, ADMINISTRATORS, ("person_pk",)),
    "deployments:deactivate": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("person_pk",)),
    "deployments:reactivate": Row(NO_METHOD, (302, 403, 403, 403, 403, 403, 403, 409), ("person_pk",)),
    "deployments:teams": Row(ADMINISTRATORS, NO_METHOD),
    "deployments:team_new": Row(ADMINISTRATORS, BY_ADMINISTRATORS),
    "deployments:team": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("team_pk",)),
    "deployments:team_rename": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("team_pk",)),
    "deployments:team_remove": Row(ADMINISTRATORS, BY_ADMINISTRATORS, ("team_pk", "person_pk")),
    "deployments:settings": Row(EVERYBODY, (302,) * 8),
    "deployments:absences": Row(EVERYBODY, (302, 422, 422, 422, 422, 422, 302, 422)),
    "deployments:end_absence": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 302), ("absence_pk",)),
    "deployments:service_stand_ins": Row((302, 404, 403, 403, 200, 403, 403, 200), (302, 404, 403, 403, 302, 403, 403, 302), ("service_key",)),
    "deployments:password": Row(EVERYBODY, (302, 422, 422, 422, 422, 422, 422, 422)),
    "deployments:set_password": Row((200,) * 8, (200,) * 8, ("uidb64", "token")),
    "deployments:versions": Row(WHO_SEES, NO_METHOD, ONE),
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
    "machines:list": Row(WHO_SEES, (302, 404, 403, 403, 200, 403, 403, 403), ("service_key",)),
    "machines:revoke": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "token_pk")),
    "machines:webhooks": Row(WHO_SEES, (302, 404, 403, 403, 200, 403, 403, 403), ("service_key",)),
    "machines:rotate_webhook": Row(WHO_SEES, (302, 404, 403, 403, 200, 403, 403, 403), ("service_key", "webhook_pk")),
    "machines:revoke_webhook": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "webhook_pk")),
    "gates:run_all": Row(NO_METHOD, (302, 404, 403, 302, 302, 302, 403, 403), ONE),
    "gates:run": Row(NO_METHOD, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "key")),
    "gates:try_out": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "gates:tried_out": Row((302, 404, 404, 404, 404, 404, 404, 404), NO_METHOD, ("pk", "try_pk")),
    "gates:detail": Row(WHO_SEES, NO_METHOD, ("pk", "key")),
    "gates:upload": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "key")),
    "gates:report": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "key")),
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
    "dashboard:decisions": Row(EVERYBODY, NO_METHOD),
    "dashboard:room": Row(WHO_SEES, NO_METHOD, ONE),
    "approvals:start": Row(NO_METHOD, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "approvals:sign": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 302, 403), ("pk", "rule_pk")),
    "approvals:lift": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "vote_pk")),
    "approvals:decide": Row(WHO_SEES, (302, 404, 403, 403, 403, 302, 403, 403), ONE),
    "monitoring:close": Row(NO_METHOD, (302, 404, 403, 403, 409, 409, 403, 403), ONE),
    "monitoring:metrics": Row(WHO_SEES, NO_METHOD, ("service_key",)),
    "monitoring:metric_add": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "monitoring:metric": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "metric_pk")),
    "monitoring:metric_remove": Row(WHO_SEES, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "metric_pk")),
    "monitoring:metric_alias": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "monitoring:metric_meant": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "monitoring:metric_try": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "monitoring:metric_tried": Row((302, 404, 404, 404, 404, 404, 404, 404), NO_METHOD, ("service_key", "try_pk")),
    "communications:messages": Row(WHO_SEES, NO_METHOD, ONE),
    "communications:preview": Row(WHO_SEES, NO_METHOD, ("pk", "plan_pk")),
    "communications:preview_page": Row(WHO_SEES, NO_METHOD, ("pk", "plan_pk")),
    "communications:try_line": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "plan_pk")),
    "communications:message": Row(WHO_SEES, NO_METHOD, ("pk", "message_pk")),
    "communications:message_page": Row(WHO_SEES, NO_METHOD, ("pk", "message_pk")),
    "communications:try_message": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "message_pk")),
    "communications:reword": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "message_pk")),
    "communications:hold": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ONE),
    "communications:release": Row(NO_METHOD, (302, 404, 409, 409, 409, 409, 409, 409), ONE),
    "communications:arrived": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "copy_pk")),
    "communications:send_again": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "copy_pk")),
    "communications:send_now": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "message_pk")),
    "communications:skip": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "message_pk")),
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
    "intake:upload": Row(EVERYBODY, (302, 403, 403, 403, 422, 403, 403, 403)),
    "audit:deployment": Row(WHO_SEES, NO_METHOD, ONE),
    "api:openapi-json": Row((200,) * 8, (200,) * 8),
    "api:api-root": Row((404,) * 8, (404,) * 8),
    "api:deployments": Row(TOKEN_ONLY, (405,) * 8),
    "api:readiness": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:deliver": Row((405,) * 8, (400,) * 8, ("webhook",)),
    "api:deployment": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:gates": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:votes": Row(TOKEN_ONLY, (405,) * 8, ONE),
    "api:gate": Row(TOKEN_ONLY, (405,) * 8, ("pk", "key")),
    "api:run": Row(TOKEN_ONLY, (405,) * 8, ("pk", "key", "number")),
    "api:report": Row((405,) * 8, TOKEN_ONLY, ("pk", "key")),
    "api:unknown": Row((404,) * 8, (404,) * 8, ("rest",)),
}  # fmt: skip
