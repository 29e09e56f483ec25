from django.urls import path

from deployments.outside import views

urlpatterns = [
    path("connections/", views.connections, name="connections"),
    path("connections/new/", views.connection_new, name="connection_new"),
    path("connections/<slug:connection_key>/", views.connection, name="connection"),
    path("connections/<slug:connection_key>/edit/", views.connection_edit, name="connection_edit"),
    path(
        "connections/<slug:connection_key>/remove/",
        views.connection_remove,
        name="connection_remove",
    ),
    path("connections/<slug:connection_key>/try/", views.connection_try, name="connection_try"),
    path("commands/", views.commands, name="commands"),
]
