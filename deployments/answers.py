"""How a view answers an act: by the page it belongs to, by nothing, or by the form it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from accounts.requests import PersonRequest
from deployments.addresses import address
from deployments.exceptions import Overtaken, Refused
from deployments.models import Deployment

# X-Robots-Tag of what is read by whoever has the link, and by nobody's index.
NOT_INDEXED = "noindex, nofollow, noarchive"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Tried(Generic[Result]):
    """Whether a form's act was done; if not, `status` is that of the page with the form."""

    done: bool
    status: int = 200
    result: Result | None = None
    refused: Refused | None = None

    @property
    def is_overtaken(self) -> bool:
        """What the form showed is no longer so: it is drawn anew from the fresh state."""
        return isinstance(self.refused, Overtaken)

    @property
    def overtaken_sentence(self) -> str:
        return self.refused.sentence if self.refused and self.is_overtaken else ""


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to; an empty POST is bound too, so that it says what is missing."""
    return request.POST if request.method == "POST" else None


def tried(request: HttpRequest, form: forms.Form, act: Callable[[], Result]) -> Tried[Result]:
    """Do what a valid form asks for; a refusal becomes its error, so what was typed stays."""
    if request.method != "POST":
        return Tried(done=False)
    if not form.is_valid():
        return Tried(done=False, status=422)
    try:
        return Tried(done=True, result=act())
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return Tried(done=False, status=refused.status, refused=refused)


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
    return address("dashboard:tab", deployment.pk, tab)
