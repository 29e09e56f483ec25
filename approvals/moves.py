"""What the pages of submitting, reopening and resuming say before anything is done."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from approvals import reach
from approvals.asking import asked_of, outset
from approvals.enums import Mend
from approvals.policies import deciding, submitting
from approvals.signoff import standings
from deployments import announcements, clock
from deployments.answers import page
from deployments.clashes import clashes_of
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_schedule


def submit_page(deployment: Deployment, rights: Rights) -> dict[str, Any]:
    """Who is asked for what, when, what leaves first, and all that is missing with its place."""
    now, asked = clock.now(), asked_of(deployment)
    lacking = submitting.missing(outset(deployment, now, asked))
    return {
        "deployment": deployment,
        "asked": asked,
        "unreachable": reach.unreachable_once_asked(deployment, standings(deployment), now),
        "lacking": [(one.clause, one.mend.value, _place(deployment, one.mend)) for one in lacking],
        "refusal": submitting.refusal_to_submit(rights, deployment, []),
        "clashes": clashes_of(deployment),
        "messages_before": announcements.before_t0(deployment, now),
    }


def _place(deployment: Deployment, mend: Mend) -> str:
    match mend:
        case Mend.TIME:
            return reverse("deployments:schedule", args=[deployment.pk])
        case Mend.FACTS:
            return reverse("approvals:facts", args=[deployment.pk])
        case Mend.CHECKLIST:
            return page(deployment, "checklist")
        case Mend.RULES:
            return reverse("dashboard:plan", args=[deployment.pk, "sign-off"])
        case Mend.PEOPLE:
            return reverse("deployments:service", args=[deployment.service.key])


def reopen_page(deployment: Deployment, rights: Rights) -> dict[str, Any]:
    now = clock.now()
    return {
        "deployment": deployment,
        "signatures": _words(deployment),
        "messages_before": announcements.before_t0(deployment, now),
        "refusal": deciding.refusal_to_reopen(rights, deployment),
    }


def resume_page(deployment: Deployment, rights: Rights) -> dict[str, Any]:
    """Also whether the time is past, which is mended on a page of its own first."""
    now = clock.now()
    refusal = deciding.refusal_to_resume(rights, deployment, now)
    is_past = bool(submitting.missing_time(deployment.t0, now))
    return {
        "deployment": deployment,
        "signatures": _words(deployment),
        "messages_before": announcements.before_t0(deployment, now),
        "refusal": refusal,
        "clashes": clashes_of(deployment),
        "may_mend": is_past and not refusal_to_schedule(rights, deployment),
    }


def _words(deployment: Deployment) -> dict[str, int]:
    """How many words stand on the content as it is, and how many have to be given again."""
    rules = standings(deployment)
    return {
        "counting": sum(len(one.approvals) + len(one.abstentions) for one in rules),
        "objecting": sum(len(one.objections) for one in rules),
        "again": sum(len(one.again) for one in rules),
    }
