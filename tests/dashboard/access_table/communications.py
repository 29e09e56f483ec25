"""Stakeholders, messages and channels."""

from __future__ import annotations

from communications.plan.rewording import fingerprint
from tests.dashboard.access_table.rows import (
    EDITS_THE_LIST,
    EVERYBODY,
    NO_METHOD,
    ONE,
    WHO_SEES,
    Body,
    Row,
)

STAKEHOLDER: Body = {
    "name": lambda _: "Bob",
    "address": lambda _: "bob@example.net",
    "language": lambda _: "de",
    "zone": lambda _: "Europe/Berlin",
}
CHANNEL: Body = {
    "title": lambda _: "#incidents",
    "address": lambda _: "https://chat.example.org/hooks/s3cr3t",
    "zone": lambda _: "UTC",
}
BODIES: dict[str, Body] = {
    "communications:stakeholder_add": STAKEHOLDER,
    "communications:stakeholder": STAKEHOLDER,
    "communications:stakeholders_paste": {
        "lines": lambda _: "Bob <bob@example.net>",
        "language": lambda _: "en",
        "zone": lambda _: "UTC",
    },
    "communications:subscribe": {"told": lambda _: "no"},
    "communications:leave": {"List-Unsubscribe": lambda _: "One-Click"},
    "communications:channel_new": {"kind": lambda _: "slack", **CHANNEL},
    "communications:channel_edit": CHANNEL,
    "communications:hold": {"reason": lambda _: "the time is open"},
    "communications:reword": {
        "shown": lambda one: fingerprint(one.messages.first().text),
        "text": lambda _: "Bring tea",
    },
    "communications:skip": {"reason": lambda _: "told by phone"},
}
TABLE: dict[str, Row] = {
    "communications:stakeholders": Row(WHO_SEES, NO_METHOD, ("service_key",)),
    "communications:stakeholder_add": Row(EDITS_THE_LIST, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "communications:stakeholders_paste": Row(EDITS_THE_LIST, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "communications:stakeholder": Row(EDITS_THE_LIST, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "stakeholder_pk")),
    "communications:stakeholder_take_out": Row(EDITS_THE_LIST, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "stakeholder_pk")),
    "communications:subscriptions": Row(EVERYBODY, NO_METHOD),
    # Leaving: whoever signs or works there cannot; the administrator here has no mail address.
    "communications:subscribe": Row(NO_METHOD, (302, 404, 302, 403, 403, 403, 403, 422), ("service_key",)),
    # By a link that nobody signed; what a signed one does is the matter of tests/communications.
    "communications:subscription": Row((404,) * 8, (404,) * 8, ("link",)),
    "communications:leave": Row((404,) * 8, (404,) * 8, ("link",)),
    "communications:come_back": Row((405,) * 8, (404,) * 8, ("link",)),
    "communications:channels": Row(WHO_SEES, NO_METHOD, ("service_key",)),
    "communications:channel_new": Row((302, 404, 403, 403, 200, 403, 403, 403), (302, 404, 403, 403, 302, 403, 403, 403), ("service_key",)),
    "communications:channel_edit": Row((302, 404, 403, 403, 200, 403, 403, 403), (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "channel_pk")),
    "communications:channel_try": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "channel_pk")),
    "communications:channel_switch": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ("service_key", "channel_pk")),
    "communications:messages": Row(WHO_SEES, NO_METHOD, ONE),
    "communications:calendar": Row(WHO_SEES, NO_METHOD, ONE),
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
    "communications:works_again": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 302), ("pk", "address_pk")),
    "communications:send_now": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "message_pk")),
    "communications:skip": Row(NO_METHOD, (302, 404, 403, 403, 302, 302, 403, 403), ("pk", "message_pk")),
}  # fmt: skip
