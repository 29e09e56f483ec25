"""The page on which the stakeholder link of a deployment is made, copied and revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from deployments import clock
from deployments.answers import posted, tried
from deployments.policies import rights_of
from deployments.sharing import links, policies
from deployments.sharing.forms import ShareForm
from deployments.visible import visible_deployment

MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def share_link(request: PersonRequest, pk: int) -> HttpResponse:
    """Every link that was made; the address of a new one is on the answer that made it, once."""
    deployment = visible_deployment(request.user, pk)
    form = ShareForm(posted(request))
    made = tried(
        request, form, lambda: links.make(deployment.pk, lasts=form.lasts, actor=request.user)
    )
    known = list(deployment.share_links.select_related("made_by", "revoked_by")[:MOST_SHOWN])
    now = clock.now()
    context = {
        "deployment": deployment,
        "links": known,
        "standing": next((one for one in known if one.is_standing(now)), None),
        "now": now,
        "address": made.result[1] if made.result else "",
        "form": ShareForm() if made.done else form,
        "refusal": policies.refusal_to_share(rights_of(request.user, deployment.service)),
    }
    return render(request, "deployments/share_link.html", context, status=made.status)


@require_POST
def revoke_share_link(request: PersonRequest, pk: int, link_pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    link = get_object_or_404(deployment.share_links, pk=link_pk)
    links.revoke(deployment.pk, link.pk, actor=request.user)
    messages.success(request, "The link is revoked; whoever opens it reads that it leads nowhere.")
    return redirect("deployments:share_link", deployment.pk)
