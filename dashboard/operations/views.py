"""How the portal itself runs, for administrators and for their monitoring."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from communications.sending import releasing
from dashboard.operations.exposition import CONTENT_TYPE, exposition
from dashboard.operations.figures import figures
from dashboard.operations.forms import ReleaseForm
from dashboard.operations.panels import operations_panel
from deployments.access.policies import refusal_to_administer
from deployments.answers import posted, tried
from deployments.exceptions import require

ACT = "see how the portal runs"


@require_http_methods(["GET", "HEAD", "POST"])
def operations(request: PersonRequest) -> HttpResponse:
    """The figures; a POST releases a held portal."""
    require(refusal_to_administer(request.user, ACT))
    form = ReleaseForm(posted(request))
    released = tried(
        request,
        form,
        lambda: releasing.release(
            actor=request.user, leaves_out=form.leaves_out, reason=form.cleaned_data["reason"]
        ),
    )
    if released.result:
        messages.success(request, _said(released.result.after))
        return redirect("dashboard:operations")
    context = {**operations_panel(), "form": form}
    return render(request, "dashboard/operations/page.html", context, status=released.status)


@require_safe
def panel(request: PersonRequest) -> HttpResponse:
    """The figures alone, fetched again by the page as long as it is open."""
    require(refusal_to_administer(request.user, ACT))
    return render(request, "dashboard/operations/_figures.html", operations_panel())


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever scrapes with the token of METRICS_TOKEN; without one there is no such address."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if scheme.lower() != "bearer" or not known:
        response = HttpResponse("This address wants the token of METRICS_TOKEN.\n", status=401)
        response["Content-Type"] = "text/plain; charset=utf-8"
        response["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    return HttpResponse(exposition(figures()), content_type=CONTENT_TYPE)


def _said(after: dict[str, int]) -> str:
    skipped, doubtful = after["messages skipped"], after["copies in doubt"]
    if not skipped and not doubtful:
        return "The portal is released; what is due leaves now."
    return (
        f"The portal is released. Left out: {skipped} messages that had not begun to leave, "
        f"and {doubtful} copies of others."
    )
