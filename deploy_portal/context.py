"""What every page knows besides its own facts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    return {"is_demo": settings.PORTAL_DEMO}
