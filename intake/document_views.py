from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from deployments.visible import visible_deployment
from intake import exporting
from intake.panels import document_page


@require_safe
def document(request: PersonRequest, pk: int) -> HttpResponse:
    """What the plan was made from, and the plan itself as a document."""
    found = visible_deployment(request.user, pk)
    return render(request, "intake/document.html", document_page(found, request.user))


@require_safe
def download(request: PersonRequest, pk: int, form: str) -> HttpResponse:
    """As a file, never as a page, whatever somebody wrote into the plan."""
    found = visible_deployment(request.user, pk)
    text = exporting.exported(found, form)
    response = HttpResponse(text, content_type=f"{exporting.TYPES[form]}; charset=utf-8")
    response["Content-Disposition"] = str(
        content_disposition_header(True, exporting.file_name(found, form))
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
