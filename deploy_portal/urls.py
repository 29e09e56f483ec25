"""Every address of the portal, one include for each app; the dashboard's open ends come last."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("deployments.urls")),
    path("", include("checklists.urls")),
    path("", include("gates.urls")),
    path("", include("approvals.urls")),
    path("", include("monitoring.urls")),
    path("", include("communications.urls")),
    path("", include("intake.urls")),
    path("", include("audit.urls")),
    path("", include("api.machine_urls")),
    path("api/v1/", include("api.urls")),
    path("", include("dashboard.urls")),
]
