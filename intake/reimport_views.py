from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from approvals.cost import weighed
from deployments.answers import posted, tried
from deployments.visible import visible_deployment
from intake.models import SourceDocument
from intake.reimport import services
from intake.reimport.forms import ReimportForm
from intake.reimport.panels import reimport_page


@require_http_methods(["GET", "POST"])
def onto(request: PersonRequest, document_pk: int, pk: int) -> HttpResponse:
    """A changed document onto a deployment: first what becomes different, then the act."""
    documents = SourceDocument.objects.visible_to(request.user).select_related("service")
    document = get_object_or_404(documents, pk=document_pk)
    deployment = visible_deployment(request.user, pk)
    form = ReimportForm(posted(request))
    done = tried(
        request,
        form,
        lambda: weighed(
            deployment.pk,
            lambda: services.reimport(
                document.pk, deployment.pk, seen=form.cleaned_data["seen"], actor=request.user
            ),
            known=form.cleaned_data["sure"],
        ),
    )
    if done.result is not None:
        messages.success(request, f"The plan is that of “{document}”. {done.result.sentence}")
        return redirect(deployment)
    context = reimport_page(document, deployment, request.user)
    context["errors"] = form.non_field_errors() if form.is_bound else []
    return render(request, "intake/onto.html", context, status=done.status)
