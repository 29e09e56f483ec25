"""The words of an audience: `stakeholders` (the list), a grant such as `ops_lead`, `role:<key>`."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.enums import Grant

LISTED = "stakeholders"
OF_ROLE = "role:"
PLURALS: dict[str, str] = {
    LISTED: "the stakeholder list",
    Grant.MEMBER: "members",
    Grant.STAKEHOLDER: "stakeholders with an account",
    Grant.AUDITOR: "auditors",
    Grant.RELEASE_MANAGER: "release managers",
    Grant.OPS_LEAD: "ops leads",
}
EVERYBODY = "everybody with a part in this service's releases"


def in_words(audience: Sequence[str]) -> str:
    """Such as “ops leads, holders of Security”; everybody where nothing is narrowed."""
    said = [
        PLURALS.get(word) or f"holders of {title(word.removeprefix(OF_ROLE))}" for word in audience
    ]
    return ", ".join(said) or EVERYBODY


def title(key: str) -> str:
    return key.replace("_", " ").capitalize()
