"""The chat channels of a service: what they are told, and whether they can be reached."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from communications.chat import declaring, policies
from communications.chat.forms import ChannelForm
from communications.models import Channel
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.models import Service
from deployments.policies import rights_of

CHANNELS = "communications:channels"


@require_safe
def channels(request: PersonRequest, service_key: str) -> HttpResponse:
    service = _service(request, service_key)
    context = {
        "service": service,
        "channels": Channel.objects.filter(service=service).select_related("switched_off_by"),
        "refusal": policies.refusal_to_manage(rights_of(request.user, service)),
    }
    return render(request, "communications/channels.html", context)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def channel_new(request: PersonRequest, service_key: str) -> HttpResponse:
    service = _service(request, service_key)
    require(policies.refusal_to_manage(rights_of(request.user, service)))
    form = ChannelForm(posted(request), service=service)
    made = tried(
        request,
        form,
        lambda: declaring.add(service, form.cleaned_data["kind"], form.told(), actor=request.user),
    )
    if made.done:
        messages.success(request, f"{made.result} is added; try whether it can be reached.")
        return redirect(CHANNELS, service.key)
    return _drawn(request, service, form, made.status)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: PersonRequest, service_key: str, channel_pk: int) -> HttpResponse:
    service, channel = _channel(request, service_key, channel_pk)
    require(policies.refusal_to_manage(rights_of(request.user, service)))
    form = ChannelForm(posted(request), service=service, channel=channel)
    saved = tried(request, form, lambda: declaring.edit(channel, form.told(), actor=request.user))
    if saved.done:
        return redirect(CHANNELS, service.key)
    return _drawn(request, service, form, saved.status, channel)


@require_POST
def channel_try(request: PersonRequest, service_key: str, channel_pk: int) -> HttpResponse:
    """Posts a test now; what came of it is said once."""
    service, channel = _channel(request, service_key, channel_pk)
    said = declaring.attempt(channel, actor=request.user)
    if said:
        messages.error(request, f"{channel} did not take the test: {said}")
    else:
        messages.success(request, f"{channel} took the test; look whether it is there.")
    return redirect(CHANNELS, service.key)


@require_POST
def channel_switch(request: PersonRequest, service_key: str, channel_pk: int) -> HttpResponse:
    service, channel = _channel(request, service_key, channel_pk)
    declaring.switch(channel, on=request.POST.get("on") == "yes", actor=request.user)
    return redirect(CHANNELS, service.key)


def _service(request: PersonRequest, service_key: str) -> Service:
    return get_object_or_404(Service.objects.visible_to(request.user), key=service_key)


def _channel(request: PersonRequest, service_key: str, pk: int) -> tuple[Service, Channel]:
    service = _service(request, service_key)
    known = Channel.objects.select_related("service").filter(service=service)
    return service, get_object_or_404(known, pk=pk)


def _drawn(
    request: PersonRequest,
    service: Service,
    form: ChannelForm,
    status: int,
    channel: Channel | None = None,
) -> HttpResponse:
    context = {"service": service, "form": form, "channel": channel}
    return render(request, "communications/channel.html", context, status=status)
