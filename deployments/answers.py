"""How a view answers an act that was done: by the page it belongs to, or by nothing at all."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.requests import PersonRequest
from deployments.models import Deployment


def acted(request: PersonRequest, deployment: Deployment, tab: str = "overview") -> HttpResponse:
    """For htmx an empty answer, since the live channel brings the change; else back to the tab."""
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Trigger"] = "changed"
        return response
    return HttpResponseRedirect(page(deployment, tab))


def page(deployment: Deployment, tab: str = "overview") -> str:
    """The address of one tab of a deployment's page."""
    if tab == "overview":
        return deployment.get_absolute_url()
    return reverse("dashboard:tab", args=[deployment.pk, tab])
