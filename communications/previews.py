"""The page of one message: as it reaches whom, its words, and a test copy of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PersonRequest
from communications import panels, services
from communications.enums import MessageState
from communications.forms import WordsForm
from communications.models import Message
from communications.plan import rewording
from communications.trials import trying
from deployments.answers import Tried, tried
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.visible import visible_deployment

# The page with the letter's frame on it, whoever draws it; no other answer may frame anything.
_framing: Callable[..., HttpResponse] = csp_update({"frame-src": [SELF]})(render)  # type: ignore[arg-type, assignment]


@require_safe
def preview(
    request: PersonRequest, pk: int, plan_pk: int | None = None, message_pk: int | None = None
) -> HttpResponse:
    """The letter as a chosen reader would get it now, the text beside the page."""
    deployment = _visible(request, pk)
    return _drawn(request, deployment, _message(deployment, plan_pk, message_pk))


@require_safe
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "connect-src": [NONE],
        "font-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": [NONE],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "form-action": [NONE],
        "sandbox": ["allow-popups"],
    }
)
def preview_page(
    request: PersonRequest, pk: int, plan_pk: int | None = None, message_pk: int | None = None
) -> HttpResponse:
    """The HTML of the letter alone, for the frame on the preview page."""
    deployment = _visible(request, pk)
    message = _message(deployment, plan_pk, message_pk)
    found = panels.previewed(message, deployment, request.user, request.GET.dict())
    return HttpResponse(found.letter.html)


@require_POST
def reword(request: PersonRequest, pk: int, message_pk: int) -> HttpResponse:
    """Other words for this one message; what was typed stays if it is refused."""
    deployment = _visible(request, pk)
    message = _message(deployment, None, message_pk)
    form = WordsForm(request.POST)
    done = tried(
        request,
        form,
        lambda: rewording.reword(
            deployment.pk,
            message.pk,
            form.cleaned_data["text"],
            actor=request.user,
            shown=form.cleaned_data["shown"],
        ),
    )
    if done.done:
        said = "The words are saved." if done.result else "Nothing changed; all stays."
        messages.success(request, said)
        return redirect("communications:message", deployment.pk, message.pk)
    if done.is_overtaken:
        fresh = request.POST.copy()
        fresh["shown"] = rewording.fingerprint(message.text)
        form = WordsForm(fresh)
        form.add_error(None, f"{done.overtaken_sentence} It says now: “{message.text}”.")
    return _drawn(request, deployment, message, form, done)


@require_POST
def send_to_me(
    request: PersonRequest, pk: int, plan_pk: int | None = None, message_pk: int | None = None
) -> HttpResponse:
    """A test copy for whoever asks, in the register that the page shows."""
    deployment = _visible(request, pk)
    if plan_pk:
        get_object_or_404(deployment.message_plan, pk=plan_pk)
    else:
        get_object_or_404(deployment.messages, pk=message_pk)
    trying.send_to_me(
        deployment.pk,
        actor=request.user,
        plan_id=plan_pk,
        message_id=message_pk,
        is_technical=request.POST.get("register") == "technical",
    )
    messages.success(request, f"A test copy is on its way to {request.user.email}.")
    if message_pk:
        return redirect("communications:message", deployment.pk, message_pk)
    return redirect("communications:preview", deployment.pk, plan_pk)


def _visible(request: PersonRequest, pk: int) -> Deployment:
    return visible_deployment(request.user, pk)


def _message(deployment: Deployment, plan_pk: int | None, message_pk: int | None) -> Message:
    """A message, or what a line of the plan would be if it left now."""
    if message_pk is not None:
        known = deployment.messages.select_related("plan", "event", "reworded_by")
        return get_object_or_404(known, pk=message_pk)
    plan = get_object_or_404(deployment.message_plan, pk=plan_pk)
    planned = plan.messages.filter(
        schedule_revision=deployment.schedule_revision, state=MessageState.PLANNED
    )
    known = planned.select_related("plan", "event", "reworded_by")
    return known.first() or services.message_of_line(plan, deployment)


def _drawn(
    request: PersonRequest,
    deployment: Deployment,
    message: Message,
    words: WordsForm | None = None,
    done: Tried[Any] | None = None,
) -> HttpResponse:
    found = panels.previewed(message, deployment, request.user, request.GET.dict())
    saved = message if message.pk else None
    context = panels.preview_page(
        found,
        deployment,
        rights_of(request.user, deployment.service),
        trial=trying.last_of(request.user, plan=message.plan, message=saved),
        words=words,
    )
    status = done.status if done else 200
    return _framing(request, "communications/preview.html", context, status=status)
