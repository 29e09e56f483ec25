from django.urls import include, path

from communications import previews, views

app_name = "communications"
of_line = [
    path("", previews.preview, name="preview"),
    path("page/", previews.preview_page, name="preview_page"),
    path("try/", previews.send_to_me, name="try_line"),
]
of_message = [
    path("", previews.preview, name="message"),
    path("page/", previews.preview_page, name="message_page"),
    path("try/", previews.send_to_me, name="try_message"),
    path("words/", previews.reword, name="reword"),
    path("send-now/", views.send_now, name="send_now"),
    path("skip/", views.skip, name="skip"),
]
urlpatterns = [
    path("", include("communications.chat.urls")),
    path("deployments/<int:pk>/messages/recipients/", views.messages, name="messages"),
    path("deployments/<int:pk>/messages/hold/", views.hold, name="hold"),
    path("deployments/<int:pk>/messages/release/", views.release, name="release"),
    path(
        "deployments/<int:pk>/messages/copies/<int:copy_pk>/arrived/",
        views.arrived,
        name="arrived",
    ),
    path(
        "deployments/<int:pk>/messages/copies/<int:copy_pk>/send-again/",
        views.send_again,
        name="send_again",
    ),
    path("deployments/<int:pk>/messages/plan/<int:plan_pk>/", include(of_line)),
    path("deployments/<int:pk>/messages/<int:message_pk>/", include(of_message)),
]
