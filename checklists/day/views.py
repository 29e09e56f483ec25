"""The pages of the day: one act each, all of them without JavaScript too."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from checklists import leftovers, services
from checklists.asked import asked_now
from checklists.day import policies
from checklists.day.forms import (
    AddStepForm,
    AnswerStepForm,
    BeginForm,
    HandOverForm,
    RollBackForm,
    StopForm,
)
from checklists.day.pages import begin_page, roll_back_page, step_page
from checklists.enums import ItemState
from checklists.models import Item
from checklists.policies import seen_as
from checklists.services.handing import holder
from checklists.visible import visible_item
from connections.commands import command_names
from deployments.answers import acted, posted, tried
from deployments.models import Event
from deployments.policies import rights_of
from deployments.visible import visible_deployment

RUNBOOK = "runbook"
# Each may have said a mebibyte.
MOST_RUNS = 3


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    """Begin a step at once, or, if it cannot be undone, after reading what it closes off."""
    found = visible_item(request.user, pk, item_pk)
    if request.method == "POST" and found.no_return_at is None and found.irreversible:
        return _begin_for_good(request, found)
    if request.method == "POST":
        _begin(request, found, request.GET.get("seen"))
        return acted(request, found.deployment, RUNBOOK)
    return _begin_page(request, found, BeginForm(), 200)


def _begin_for_good(request: PersonRequest, found: Item) -> HttpResponse:
    form = BeginForm(posted(request))
    begun = tried(
        request,
        form,
        lambda: _begin(request, found, form.cleaned_data["seen"] or None, confirmed=True),
    )
    if begun.done:
        return acted(request, found.deployment, RUNBOOK)
    found = visible_item(request.user, found.deployment_id, found.pk)
    return _begin_page(request, found, form, begun.status)


def _begin(
    request: PersonRequest, found: Item, seen: str | None, *, confirmed: bool = False
) -> Event | None:
    """By a worker where the step names a command that is declared, else by hand."""
    place = (found.deployment_id, found.pk)
    if found.runs in command_names():
        return services.run_command(*place, actor=request.user, seen=seen, confirmed=confirmed)
    return services.set_state(
        *place, ItemState.IN_PROGRESS, actor=request.user, seen=seen, confirmed=confirmed
    )


def _begin_page(request: PersonRequest, found: Item, form: BeginForm, status: int) -> HttpResponse:
    context = {**begin_page(found, rights_of(request.user, found.deployment.service)), "form": form}
    return render(request, "checklists/begin.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_step(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    """How it goes on after a step failed; stop and roll back have pages of their own."""
    found = visible_item(request.user, pk, item_pk)
    form = AnswerStepForm(posted(request))
    said = tried(request, form, lambda: form.say(found, request.user))
    if said.done:
        if visible_item(request.user, pk, item_pk).asked_state:
            messages.success(request, "Asked: a second person agrees to skip it, or declines.")
        return acted(request, found.deployment, RUNBOOK)
    found = visible_item(request.user, pk, item_pk)
    rights = rights_of(request.user, found.deployment.service)
    context = {
        **step_page(found),
        "form": form,
        "seen": seen_as(found),
        "asked": asked_now(found),
        "refusal": policies.refusal_to_answer(rights, found, found.deployment),
    }
    return render(request, "checklists/answer_step.html", context, status=said.status)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    found = visible_item(request.user, pk, item_pk)
    form = HandOverForm(
        posted(request),
        deployment=found.deployment,
        me=request.user,
        initial={"seen": holder(found), "to": str(request.user.pk)},
    )
    handed = tried(
        request,
        form,
        lambda: services.hand_over(
            pk, found.pk, to=form.receiver, actor=request.user, seen=form.cleaned_data["seen"]
        ),
    )
    if handed.done:
        messages.success(request, f"“{found.text[:80]}” is {form.receiver}'s now.")
        return acted(request, found.deployment, RUNBOOK)
    rights = rights_of(request.user, found.deployment.service)
    context = {
        **step_page(found),
        "form": form,
        "refusal": policies.refusal_to_hand_over(rights, found, found.deployment),
    }
    return render(request, "checklists/hand_over.html", context, status=handed.status)


@require_safe
def output(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    """Everything that the runs of a step's command said, as plain as it came."""
    found = visible_item(request.user, pk, item_pk)
    attempts = list(found.attempts.select_related("requested_by").order_by("-number")[:MOST_RUNS])
    context = {
        **step_page(found),
        "attempts": attempts,
        "is_live": any(one.is_live for one in attempts),
    }
    name = "checklists/_output.html" if request.htmx else "checklists/output.html"
    return render(request, name, context)


@require_POST
def end_command(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    found = visible_item(request.user, pk, item_pk)
    services.end_command(pk, found.pk, actor=request.user)
    return acted(request, found.deployment, RUNBOOK)


@require_http_methods(["GET", "HEAD", "POST"])
def add_step(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    form = AddStepForm(posted(request), deployment=deployment)
    added = tried(request, form, lambda: services.add_step(pk, form.step(), actor=request.user))
    if added.done:
        return acted(request, deployment, RUNBOOK)
    rights = rights_of(request.user, deployment.service)
    refusal = policies.refusal_to_add_step(rights, deployment)
    if request.method == "POST" and refusal:
        raise refusal
    context = {"deployment": deployment, "form": form, "refusal": refusal}
    return render(request, "checklists/add_step.html", context, status=added.status)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: PersonRequest, pk: int) -> HttpResponse:
    """The end of a deployment that cannot go on: freshly proven, with how the place is left."""
    deployment = visible_deployment(request.user, pk)
    form = StopForm(request, posted(request))
    stopped = tried(
        request,
        form,
        lambda: services.stop(
            pk, actor=request.user, proof=form.proof, note=form.cleaned_data["note"]
        ),
    )
    if stopped.done:
        return acted(request, deployment, RUNBOOK)
    deployment = visible_deployment(request.user, pk)
    rights = rights_of(request.user, deployment.service)
    context = {
        "deployment": deployment,
        "form": form,
        "refusal": policies.refusal_to_stop(rights, deployment),
    }
    return render(request, "checklists/stop.html", context, status=stopped.status)


@require_http_methods(["GET", "HEAD", "POST"])
def roll_back(request: PersonRequest, pk: int) -> HttpResponse:
    """What the way back is, what it does not bring back, and the act that begins it."""
    deployment = visible_deployment(request.user, pk)
    form = RollBackForm(posted(request))
    begun = tried(
        request,
        form,
        lambda: services.roll_back(
            pk,
            actor=request.user,
            reason=form.cleaned_data["reason"],
            aware=form.cleaned_data["aware"],
        ),
    )
    if begun.done:
        return acted(request, deployment, RUNBOOK)
    deployment = visible_deployment(request.user, pk)
    rights = rights_of(request.user, deployment.service)
    context = {
        **roll_back_page(deployment, leftovers.limits_of(deployment)),
        "form": form,
        "refusal": policies.refusal_to_roll_back(rights, deployment),
    }
    return render(request, "checklists/roll_back.html", context, status=begun.status)


@require_POST
def finish_rollback(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    services.finish_rollback(pk, actor=request.user)
    return acted(request, deployment, RUNBOOK)
