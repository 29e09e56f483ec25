"""What every page knows besides its own facts."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from deployments.banners import Banner, banners_of


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "is_demo": settings.PORTAL_DEMO,
        "provider_name": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "banners": partial(_banners, request),
    }


def _banners(request: HttpRequest) -> list[Banner]:
    """Asked only by pages that know who reads them."""
    user: User | AnonymousUser = getattr(request, "user", AnonymousUser())
    return banners_of(user)
