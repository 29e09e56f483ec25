from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from audit.protection import sentence
from audit.verification import verify
from deployments.models import Deployment


@require_safe
def deployment(request: PersonRequest, pk: int) -> HttpResponse:
    """The chain of one deployment, verified while the page is made."""
    found = get_object_or_404(Deployment.objects.visible_to(request.user).with_names(), pk=pk)
    context = {
        "deployment": found,
        "result": verify(found.chain_key),
        "protection": sentence(),
    }
    return render(request, "audit/deployment.html", context)
