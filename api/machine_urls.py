"""Pages for people about machines; the API itself is in `urls`."""

from django.urls import path

from api import machine_views as views

app_name = "machines"
urlpatterns = [
    path("services/<slug:service_key>/machines/", views.machines, name="list"),
    path(
        "services/<slug:service_key>/machines/<int:token_pk>/revoke/", views.revoke, name="revoke"
    ),
]
