"""Who makes, changes and ends freezes, who lets a deployment through, and what a freeze can be."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from accounts.models import User
from deployments.enums import BEFORE_START, Right
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.freezes.recurrence import RuleError, Series
from deployments.freezes.stops import Stop, holding_now
from deployments.freezes.wording import clause_of
from deployments.models import Deployment, Exemption, Freeze, Service
from deployments.policies import FARTHEST, refusal_without, rights_of

LONGEST = timedelta(days=366)


def key_of(freeze: Freeze) -> str:
    """By which readiness knows the obstacle, and break-glass what it passed over."""
    return f"freeze:{freeze.pk}"


def refusal_to_freeze(
    user: User, service: Service | None, act: str = "make, change or end its freezes"
) -> Refused | None:
    """Release managers for their service; what holds for every service is for administrators."""
    if service is not None:
        return refusal_without(rights_of(user, service), Right.EDIT, act)
    if user.is_active and user.is_superuser:
        return None
    said = act.replace("its freezes", "freezes of every service")
    return Forbidden(f"Only administrators of this portal may {said}.")


def refusal_of_series(series: Series, now: datetime, was: Series | None = None) -> Refused | None:
    """`was` is what it was before a change: what began long ago may stay so."""
    if series.ends_at <= series.starts_at:
        return Invalid("The freeze ends before it begins; choose an end after the start.")
    if series.ends_at - series.starts_at > LONGEST:
        return Invalid("One window of a freeze lasts a year at most; choose a nearer end.")
    began = was is not None and was.starts_at == series.starts_at
    if not began and not now - LONGEST <= series.starts_at <= now + FARTHEST:
        return Invalid(
            "The freeze begins more than a year ago or in more than five years; choose a start "
            "between."
        )
    try:
        series.check()
        is_over = not series.following(now, 1)
    except RuleError as error:
        return Invalid(str(error))
    return Invalid("The freeze is over already; choose a later end.") if is_over else None


def refusal_of_reason(reason: str, why: str) -> Refused | None:
    return None if reason.strip() else Invalid(f"Say why {why}; those whom it concerns read it.")


def refusal_to_change(user: User, freeze: Freeze) -> Refused | None:
    if freeze.ended_at is not None:
        return Overtaken(f"{freeze.ended_by} has ended this freeze already.")
    return refusal_to_freeze(user, freeze.service)


def refusal_to_exempt(user: User, freeze: Freeze, deployment: Deployment) -> Refused | None:
    """Whoever may lift the freeze for all may let one through, but not what they asked for.

    Asking and letting through are two people's words, as with deciding (docs/adr/0037).
    """
    if deployment.state not in BEFORE_START:
        state = deployment.get_state_display().lower()
        return Refused(f"This deployment is {state}; only one that has not begun is exempted.")
    refusal = refusal_to_freeze(user, freeze.service, "exempt a deployment from its freezes")
    if refusal is None and user.pk == deployment.requester_id:
        return Forbidden("You requested this deployment; another person must exempt it.")
    return refusal


def refusal_of_stop(stop: Stop | None, freeze: Freeze) -> Refused | None:
    if freeze.ended_at is not None:
        return Overtaken(f"{freeze.ended_by} has ended this freeze; it stops nothing any more.")
    if stop is None:
        return Refused("This freeze does not meet the time of this deployment; none is needed.")
    if stop.exemption is not None:
        return Overtaken(f"{stop.exemption.made_by} has exempted this deployment already.")
    return None


def refusal_to_take_back(
    user: User, exemption: Exemption, deployment: Deployment
) -> Refused | None:
    if exemption.ended_at is not None:
        return Overtaken(f"{exemption.ended_by} has taken the exemption back already.")
    if deployment.state not in BEFORE_START:
        return Refused("The deployment has begun; its exemption is used.")
    return refusal_to_freeze(user, exemption.freeze.service, "take an exemption from its freezes")


def refusal_while_frozen(
    deployment: Deployment, now: datetime, passed_over: Collection[str] = ()
) -> Refused | None:
    """Nothing starts while a freeze holds; `passed_over` are those that broken glass overrode."""
    found = [one for one in holding_now(deployment, now) if key_of(one.freeze) not in passed_over]
    if not found:
        return None
    said = clause_of(found[0])
    return Refused(
        f"{said[:1].upper()}{said[1:]}: start after it, or have the deployment exempted."
    )
