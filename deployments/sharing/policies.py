"""Who makes and revokes the stakeholder link of a deployment."""

from __future__ import annotations

from datetime import timedelta

from deployments.enums import Right
from deployments.exceptions import Invalid, Refused
from deployments.models import ShareLink
from deployments.policies import Rights, refusal_without

LONGEST_LIFE = timedelta(days=366)


def refusal_to_share(rights: Rights) -> Refused | None:
    return refusal_without(rights, Right.EDIT, "make or revoke the stakeholder link")


def refusal_of_life(lasts: timedelta) -> Refused | None:
    if timedelta(0) < lasts <= LONGEST_LIFE:
        return None
    return Invalid("A stakeholder link lasts from one day to a year; choose when it ends.")


def refusal_to_revoke(link: ShareLink) -> Refused | None:
    if link.revoked_at is None:
        return None
    return Refused(f"{link.revoked_by} has revoked this link already.")
