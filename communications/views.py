"""The page of messages and the acts on them."""

from django.contrib import messages as said
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PersonRequest
from communications import panels, policies, services
from communications.bounces import bouncing
from communications.models import Delivery
from communications.plan import pausing
from communications.sending import settling
from communications.whom import audience
from communications.writing import calendar_entries
from deployments.answers import acted
from deployments.exceptions import require
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_safe
def messages(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    rights = rights_of(request.user, deployment.service)
    return render(request, "communications/messages.html", panels.messages_page(deployment, rights))


@require_safe
def calendar(request: PersonRequest, pk: int) -> HttpResponse:
    """The entry for one's own calendar, in the register of the mails that the person gets."""
    deployment = visible_deployment(request.user, pk)
    require(policies.refusal_of_entry(deployment))
    assert deployment.t0 is not None
    is_technical = request.user.pk in audience.working(deployment.service)
    entry = calendar_entries.of_deployment(deployment, deployment.t0, is_technical=is_technical)
    name = f"deployment-{deployment.pk}.ics"
    return HttpResponse(
        entry,
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
def send_now(request: PersonRequest, pk: int, message_pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    message = get_object_or_404(deployment.messages, pk=message_pk)
    services.send_now(deployment.pk, message.pk, actor=request.user)
    return acted(request, deployment, "messages")


@require_POST
def skip(request: PersonRequest, pk: int, message_pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    message = get_object_or_404(deployment.messages, pk=message_pk)
    reason = request.POST.get("reason", "")
    services.skip(deployment.pk, message.pk, actor=request.user, reason=reason)
    return acted(request, deployment, "messages")


@require_POST
def hold(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    reason = request.POST.get("reason", "")
    pausing.hold_all(deployment.pk, actor=request.user, reason=reason)
    return redirect("communications:messages", deployment.pk)


@require_POST
def release(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    pausing.release_all(deployment.pk, actor=request.user)
    said.success(request, "The messages are released; what is due leaves now.")
    return redirect("communications:messages", deployment.pk)


@require_POST
def arrived(request: PersonRequest, pk: int, copy_pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    copy = get_object_or_404(Delivery, message__deployment=deployment, pk=copy_pk)
    settling.arrived(deployment.pk, copy.pk, actor=request.user)
    said.success(request, f"Noted: {copy.name} has it.")
    return redirect("communications:messages", deployment.pk)


@require_POST
def send_again(request: PersonRequest, pk: int, copy_pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    copy = get_object_or_404(Delivery, message__deployment=deployment, pk=copy_pk)
    address = request.POST.get("address", "")
    settling.send_again(deployment.pk, copy.pk, actor=request.user, address=address)
    said.success(request, f"The copy to {copy.name} leaves again.")
    return redirect("communications:messages", deployment.pk)


@require_POST
def works_again(request: PersonRequest, pk: int, address_pk: int) -> HttpResponse:
    """One of the addresses that the page lists; all others are as if they were not there."""
    deployment = visible_deployment(request.user, pk)
    row = next((one for one in bouncing.to_whom_of(deployment) if one.pk == address_pk), None)
    if row is None:
        raise Http404
    bouncing.works_again(deployment.pk, row.pk, actor=request.user)
    said.success(request, f"Mail is sent to {row.address} again.")
    return redirect("communications:messages", deployment.pk)
