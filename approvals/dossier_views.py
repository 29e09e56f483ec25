from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from approvals.frozen import dossier_page
from approvals.models import Decision
from deployments.models import Deployment


@require_safe
def dossier(request: PersonRequest, pk: int, decision_pk: int) -> HttpResponse:
    """The facts that a decision was taken on, drawn from what was stored with it and no more."""
    visible = Deployment.objects.visible_to(request.user).only("pk")
    deployment = get_object_or_404(visible, pk=pk)
    decisions = Decision.objects.select_related("replaced_by")
    decision = get_object_or_404(decisions, pk=decision_pk, deployment=deployment)
    context = {"deployment": deployment, "decision": decision, **dossier_page(decision)}
    return render(request, "approvals/dossier.html", context)
