from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from approvals import services
from approvals.lifting_forms import LiftForm
from approvals.models import Vote
from approvals.panels import lift_page
from deployments.answers import page, posted, tried
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_http_methods(["GET", "POST"])
def lift(request: PersonRequest, pk: int, vote_pk: int) -> HttpResponse:
    """An objection in full, and who may lift it, if anybody may but its author."""
    deployment = visible_deployment(request.user, pk)
    said = Vote.objects.filter(deployment=deployment, rule__removed_at=None)
    vote = get_object_or_404(said.select_related("person", "rule__role", "lifting__by"), pk=vote_pk)
    vote.deployment = deployment
    form = LiftForm(request, posted(request))
    lifted = tried(
        request,
        form,
        lambda: services.lift(
            vote, actor=request.user, proof=form.proof, reason=form.cleaned_data["reason"]
        ),
    )
    if lifted.done:
        messages.success(request, "The objection is lifted. It stays in the history.")
        return redirect(page(deployment, "sign-off"))
    context = {**lift_page(vote, rights_of(request.user, deployment.service)), "form": form}
    return render(request, "approvals/lift.html", context, status=lifted.status)
