"""Pages over all, the plan, the calendar and what is shared."""

from __future__ import annotations

from approvals.parts import Rules
from tests.dashboard.access_table.rows import (
    ADMINISTRATORS,
    EVERYBODY,
    NO_METHOD,
    ONE,
    WHO_SEES,
    Body,
    Row,
)

BODIES: dict[str, Body] = {
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
    "dashboard:operations": {"due": lambda _: "let_go"},
    "dashboard:comments": {"text": lambda _: "The backup is older than usual."},
    "dashboard:share_incident": {"text": lambda _: "It is slow"},
}
TABLE: dict[str, Row] = {
    "dashboard:home": Row(EVERYBODY, NO_METHOD),
    "dashboard:help": Row(EVERYBODY, NO_METHOD),
    "dashboard:health": Row((200,) * 8, (405,) * 8),
    "dashboard:metrics": Row((404,) * 8, (405,) * 8),
    "dashboard:operations": Row(ADMINISTRATORS, (302, 403, 403, 403, 403, 403, 403, 409)),
    "dashboard:operations_figures": Row(ADMINISTRATORS, NO_METHOD),
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
    "dashboard:calendar": Row(EVERYBODY, NO_METHOD),
    "dashboard:calendar_link": Row(EVERYBODY, (302, 200, 200, 200, 200, 200, 200, 200)),
    # Nobody of the scene has made one; the secret is that of a stakeholder link, which opens nothing here.
    "dashboard:calendar_link_revoke": Row(NO_METHOD, (302, 409, 409, 409, 409, 409, 409, 409)),
    "dashboard:calendar_feed": Row((404,) * 8, (405,) * 8, ("secret",)),
    "dashboard:numbers": Row(EVERYBODY, NO_METHOD),
    "dashboard:decisions": Row(EVERYBODY, NO_METHOD),
    "dashboard:said": Row(EVERYBODY, NO_METHOD),
    "dashboard:room": Row(WHO_SEES, NO_METHOD, ONE),
    "dashboard:share": Row((200,) * 8, (405,) * 8, ("secret",)),
    "dashboard:share_panel": Row((200,) * 8, (405,) * 8, ("secret",)),
    "dashboard:share_incident": Row((200,) * 8, (409,) * 8, ("secret",)),
}  # fmt: skip
