"""The metrics of a service: listed, added, changed, tried out, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from approvals.cost import Costly, weighed
from deployments import clock
from deployments.answers import posted, tried
from deployments.exceptions import Invalid
from deployments.models import Service
from deployments.policies import rights_of
from deployments.visible import visible_deployment
from gates import tries
from gates.policies import refusal_to_edit_metrics
from monitoring.metrics import services
from monitoring.metrics.forms import AliasForm, MeantForm, MetricForm, SourceForm
from monitoring.metrics.panels import metric_page, metrics_page


@require_safe
def metrics(request: PersonRequest, service_key: str) -> HttpResponse:
    service = service_of(request, service_key)
    return render(request, "monitoring/metrics/list.html", metrics_page(service, request.user))


@require_http_methods(["GET", "POST"])
def metric_add(request: PersonRequest, service_key: str) -> HttpResponse:
    """A new one; what leads here may say its name, and where to go on."""
    service = service_of(request, service_key)
    back = request.POST.get("back") or request.GET.get("back", "")
    if "show" in request.POST:
        form = MetricForm(service, said=request.POST.dict())
    else:
        form = MetricForm(service, posted(request), said=said_by(request))
    added = tried(
        request, form, lambda: services.add_metric(service, form.plan(), actor=request.user)
    )
    if added.result is not None:
        messages.success(request, f"“{added.result}” is a metric of {service} now.")
        return back_to(request, back) or redirect("monitoring:metrics", service.key)
    refusal = refusal_to_edit_metrics(rights_of(request.user, service))
    context = {"service": service, "form": form, "back": back, "refusal": refusal}
    return render(request, "monitoring/metrics/form.html", context, status=added.status)


@require_http_methods(["GET", "POST"])
def metric(request: PersonRequest, service_key: str, metric_pk: int) -> HttpResponse:
    """One metric as it stands; who may changes it here."""
    service = service_of(request, service_key)
    found = get_object_or_404(service.metrics.select_related("service"), pk=metric_pk)
    if "show" in request.POST:
        form = MetricForm(service, metric=found, said=request.POST.dict())
    else:
        form = MetricForm(service, posted(request), metric=found)
    saved = tried(
        request,
        form,
        lambda: services.change_metric(
            found, form.plan(), actor=request.user, shown=form.cleaned_data["shown"]
        ),
    )
    if saved.done:
        messages.success(request, "Saved." if saved.result else "Nothing changed; all stays.")
        return redirect("monitoring:metrics", service.key)
    context = {**metric_page(service, found, request.user), "form": form}
    return render(request, "monitoring/metrics/form.html", context, status=saved.status)


@require_http_methods(["GET", "POST"])
def metric_remove(request: PersonRequest, service_key: str, metric_pk: int) -> HttpResponse:
    """Asks first, and says why it has to stay."""
    service = service_of(request, service_key)
    found = get_object_or_404(service.metrics.select_related("service"), pk=metric_pk)
    if request.method == "POST":
        services.remove_metric(found, actor=request.user)
        messages.success(request, f"“{found}” is no metric of {service} any more.")
        return redirect("monitoring:metrics", service.key)
    context = metric_page(service, found, request.user)
    return render(request, "monitoring/metrics/remove.html", context)


@require_POST
def metric_alias(request: PersonRequest, service_key: str) -> HttpResponse:
    """A name that a document uses means this metric."""
    service = service_of(request, service_key)
    form = AliasForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say which name means which metric.")
    said = form.cleaned_data
    found = get_object_or_404(service.metrics.select_related("service"), key=said["metric"])
    services.call_too(found, said["name"], actor=request.user)
    messages.success(request, f"“{said['name']}” means {found} from now on.")
    return back_to(request, said["back"]) or redirect("monitoring:metrics", service.key)


@require_POST
def metric_meant(request: PersonRequest, pk: int) -> HttpResponse:
    """What the plan calls so is a metric of its service; whoever lost a signature is told first."""
    deployment = visible_deployment(request.user, pk)
    form = MeantForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say which name means which metric.")
    known = deployment.service.metrics.select_related("service")
    found = get_object_or_404(known, key=form.cleaned_data["metric"])
    done = tried(
        request,
        form,
        lambda: weighed(
            pk,
            lambda: services.mean(pk, form.cleaned_data["name"], found, actor=request.user),
            known=form.cleaned_data["sure"],
        ),
    )
    if done.done:
        messages.success(request, f"“{form.cleaned_data['name']}” is {found.key} in this plan now.")
        return redirect("dashboard:plan", pk, "limits")
    cost = done.refused.cost if isinstance(done.refused, Costly) else None
    context = {"deployment": deployment, "metric": found, "form": form, "cost": cost}
    return render(request, "monitoring/metrics/meant.html", context, status=done.status)


@require_POST
def metric_try(request: PersonRequest, service_key: str) -> HttpResponse:
    """One reading with what is typed; the page that is answered waits for the worker."""
    service = service_of(request, service_key)
    form = SourceForm(service, request.POST)
    asked = tried(
        request,
        form,
        lambda: tries.ask_for_metric(
            service,
            form.chosen,
            form.settings(),
            form.cleaned_data["unit"],
            actor=request.user,
        ),
    )
    if asked.result:
        return redirect("monitoring:metric_tried", service.key, asked.result.pk)
    context = {"service": service, "form": form}
    return render(request, "monitoring/metrics/tried.html", context, status=asked.status)


@require_safe
def metric_tried(request: PersonRequest, service_key: str, try_pk: int) -> HttpResponse:
    """What came of it, for whoever asked."""
    service = service_of(request, service_key)
    found = get_object_or_404(service.tries, pk=try_pk, asked_by=request.user)
    context = {
        "service": service,
        "tried": found,
        "gives_up": tries.is_given_up(found, clock.now()),
    }
    return render(request, "monitoring/metrics/tried.html", context)


def service_of(request: PersonRequest, key: str) -> Service:
    return get_object_or_404(Service.objects.visible_to(request.user), key=key)


def said_by(request: PersonRequest) -> dict[str, Any] | None:
    """What the link said about a new metric."""
    if request.method == "POST":
        return None
    said: dict[str, Any] = {
        name: request.GET.get(name, "")[:120] for name in ("key", "title", "unit", "source")
    }
    called = request.GET.get("called", "")[:120]
    return said | {"aliases": [called] if called and called != said["key"] else []}


def back_to(request: PersonRequest, address: str) -> HttpResponseRedirect | None:
    """Where the person came from, as long as it is a page of this portal."""
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return HttpResponseRedirect(address)
    return None
