from django.urls import path

from communications.chat import views

urlpatterns = [
    path("services/<slug:service_key>/channels/", views.channels, name="channels"),
    path("services/<slug:service_key>/channels/new/", views.channel_new, name="channel_new"),
    path(
        "services/<slug:service_key>/channels/<int:channel_pk>/",
        views.channel_edit,
        name="channel_edit",
    ),
    path(
        "services/<slug:service_key>/channels/<int:channel_pk>/try/",
        views.channel_try,
        name="channel_try",
    ),
    path(
        "services/<slug:service_key>/channels/<int:channel_pk>/switch/",
        views.channel_switch,
        name="channel_switch",
    ),
]
