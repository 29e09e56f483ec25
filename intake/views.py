from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from deployments.enums import Right
from deployments.models import Service
from intake import services
from intake.forms import UploadForm


@require_http_methods(["GET", "POST"])
def upload(request: PersonRequest) -> HttpResponse:
    """Choose a document; a refused one says why and the form stays as it was."""
    form = UploadForm(request.user, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        document = form.cleaned_data["document"]
        deployment = services.import_document(
            document.read(),
            document.name,
            service=form.cleaned_data["service"].key,
            zone=request.user.zone,
            actor=request.user,
        )
        messages.success(request, f"“{document.name}” became a draft. Set its time next.")
        return redirect(deployment)
    context = {
        "form": form,
        "may_import": Service.objects.with_right(request.user, Right.EDIT).exists(),
    }
    return render(request, "intake/upload.html", context, status=422 if form.errors else 200)
