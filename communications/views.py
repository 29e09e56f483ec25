"""The page of messages, their previews, and the acts on them."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PersonRequest
from communications import letters, panels, services
from communications.letters import Letter
from communications.models import MessagePlan
from deployments.answers import acted
from deployments.models import Deployment
from deployments.policies import rights_of


@require_safe
def messages(request: PersonRequest, pk: int) -> HttpResponse:
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    rights = rights_of(request.user, deployment.service)
    return render(request, "communications/messages.html", panels.messages_page(deployment, rights))


@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
def preview(request: PersonRequest, pk: int, plan_pk: int) -> HttpResponse:
    """The letter as the viewer would get it now, the text beside the page."""
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    plan = get_object_or_404(deployment.message_plan, pk=plan_pk)
    letter = _letter(request, deployment, plan)
    context = {"deployment": deployment, "plan": plan, "letter": letter}
    return render(request, "communications/preview.html", context)


@require_safe
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "connect-src": [NONE],
        "font-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "form-action": [NONE],
        "sandbox": ["allow-popups"],
    }
)
def preview_page(request: PersonRequest, pk: int, plan_pk: int) -> HttpResponse:
    """The HTML of the letter alone, for the frame on the preview page."""
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    plan = get_object_or_404(deployment.message_plan, pk=plan_pk)
    return HttpResponse(_letter(request, deployment, plan).html)


def _letter(request: PersonRequest, deployment: Deployment, plan: MessagePlan) -> Letter:
    message = services.message_of_line(plan, deployment)
    return letters.compose_for(message, deployment, request.user)


@require_POST
def send_now(request: PersonRequest, pk: int, message_pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    message = get_object_or_404(deployment.messages, pk=message_pk)
    services.send_now(deployment.pk, message.pk, actor=request.user)
    return acted(request, deployment, "messages")


@require_POST
def skip(request: PersonRequest, pk: int, message_pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    message = get_object_or_404(deployment.messages, pk=message_pk)
    reason = request.POST.get("reason", "")
    services.skip(deployment.pk, message.pk, actor=request.user, reason=reason)
    return acted(request, deployment, "messages")
