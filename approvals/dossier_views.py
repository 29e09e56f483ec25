from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from approvals.frozen import dossier_page
from approvals.models import Decision
from deployments.visible import visible_deployment


@require_safe
def dossier(request: PersonRequest, pk: int, decision_pk: int) -> HttpResponse:
    """The facts that a decision was taken on, drawn from what was stored with it and no more."""
    deployment = visible_deployment(request.user, pk)
    decisions = Decision.objects.select_related("replaced_by")
    decision = get_object_or_404(decisions, pk=decision_pk, deployment=deployment)
    context = {"deployment": deployment, "decision": decision, **dossier_page(decision)}
    return render(request, "approvals/dossier.html", context)
