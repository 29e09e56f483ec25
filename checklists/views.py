from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.requests import PersonRequest
from checklists import services
from checklists.enums import ItemState
from deployments.answers import acted
from deployments.models import Deployment


@require_POST
def set_state(request: PersonRequest, pk: int, item_pk: int, state: ItemState) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    item = get_object_or_404(deployment.items, pk=item_pk)
    services.set_state(
        deployment.pk,
        item.pk,
        state,
        actor=request.user,
        seen=request.GET.get("seen"),
    )
    return acted(request, deployment, "runbook" if item.is_step else "checklist")


@require_POST
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.complete(deployment.pk, actor=request.user)
    return acted(request, deployment, "overview")
