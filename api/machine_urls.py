"""Pages for people about machines; the API itself is in `urls`."""

from django.urls import path

from api import machine_views as views
from api import webhook_views

app_name = "machines"
urlpatterns = [
    path("services/<slug:service_key>/machines/", views.machines, name="list"),
    path(
        "services/<slug:service_key>/machines/<int:token_pk>/revoke/", views.revoke, name="revoke"
    ),
    path("services/<slug:service_key>/machines/webhooks/", webhook_views.new, name="webhooks"),
    path(
        "services/<slug:service_key>/machines/webhooks/<uuid:webhook_pk>/rotate/",
        webhook_views.rotate,
        name="rotate_webhook",
    ),
    path(
        "services/<slug:service_key>/machines/webhooks/<uuid:webhook_pk>/revoke/",
        webhook_views.revoke,
        name="revoke_webhook",
    ),
]
