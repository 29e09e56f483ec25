"""Acts on the watch."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.requests import PersonRequest
from deployments.answers import acted
from deployments.models import Deployment
from monitoring import services


@require_POST
def close(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.close(deployment.pk, actor=request.user)
    return acted(request, deployment, "watch")
