from django.urls import path

from communications import views

app_name = "communications"
urlpatterns = [
    path("deployments/<int:pk>/messages/recipients/", views.messages, name="messages"),
    path("deployments/<int:pk>/messages/plan/<int:plan_pk>/", views.preview, name="preview"),
    path(
        "deployments/<int:pk>/messages/plan/<int:plan_pk>/page/",
        views.preview_page,
        name="preview_page",
    ),
    path(
        "deployments/<int:pk>/messages/<int:message_pk>/send-now/",
        views.send_now,
        name="send_now",
    ),
    path("deployments/<int:pk>/messages/<int:message_pk>/skip/", views.skip, name="skip"),
]
