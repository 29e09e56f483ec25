"""The request of somebody who is signed in: what nearly every view of the portal is given."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PersonRequest(HttpRequest):
    """For annotations: LoginRequiredMiddleware has turned everybody else away."""

    user: User
    htmx: HtmxDetails
