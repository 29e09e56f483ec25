from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from deployments.answers import posted, tried
from deployments.enums import Right
from deployments.models import Deployment, Service
from deployments.versions import number_in
from intake import services
from intake.forms import NewForm, UploadForm
from intake.review import services as review


@require_http_methods(["GET", "POST"])
def upload(request: PersonRequest) -> HttpResponse:
    """Choose a document to look over; a refused one says why and the form stays as it was.

    Who may import nowhere is told so before what they sent is read.
    """
    may_import = Service.objects.with_right(request.user, Right.EDIT).exists()
    if not may_import:
        status = 403 if request.method == "POST" else 200
        return render(request, "intake/upload.html", {"may_import": False}, status=status)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    onto = deployment_in(request)
    form = UploadForm(request.user, *sent, onto=onto)
    taken = tried(
        request,
        form,
        lambda: review.upload(
            form.cleaned_data["document"].read(),
            form.cleaned_data["document"].name,
            service=form.cleaned_data["service"],
            onto=onto,
            actor=request.user,
        ),
    )
    if taken.result is not None:
        return redirect(taken.result)
    context = {"form": form, "may_import": True, "onto": onto}
    return render(request, "intake/upload.html", context, status=taken.status)


def deployment_in(request: PersonRequest) -> Deployment | None:
    """The deployment whose plan the document is to change, where the address names one."""
    named = request.GET.get("onto")
    if named is None:
        return None
    mine = Service.objects.with_right(request.user, Right.EDIT)
    found = Deployment.objects.filter(service__in=mine).with_names()
    return get_object_or_404(found, pk=number_in(named) or 0)


@require_http_methods(["GET", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Begin a deployment without a document; what was typed stays when it is refused."""
    if not Service.objects.with_right(request.user, Right.EDIT).exists():
        status = 403 if request.method == "POST" else 200
        return render(request, "intake/new.html", {"may_create": False}, status=status)
    form = NewForm(request.user, posted(request))
    created = tried(request, form, lambda: services.begin(**form.cleaned_data, actor=request.user))
    if created.result is not None:
        messages.success(request, "The draft is made. Set its time next.")
        return redirect(created.result)
    context = {"form": form, "may_create": True}
    return render(request, "intake/new.html", context, status=created.status)
