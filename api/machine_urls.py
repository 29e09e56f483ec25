"""Pages for people about machines; the API itself is in `urls`."""

from django.urls import path

from api import bounce_views, webhook_views
from api import machine_views as views

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
    path("mail/bounces/", bounce_views.bounces, name="bounces"),
    path("mail/bounces/<uuid:bounces_pk>/rotate/", bounce_views.rotate, name="rotate_bounces"),
    path("mail/bounces/<uuid:bounces_pk>/revoke/", bounce_views.revoke, name="revoke_bounces"),
    path(
        "mail/bounces/addresses/<int:address_pk>/works/",
        bounce_views.works_again,
        name="address_works",
    ),
]
