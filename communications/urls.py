from django.urls import include, path

from communications import previews, views
from communications.subscriptions import list_views
from communications.subscriptions import views as subscription_views

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
of_list = [
    path("", list_views.stakeholders, name="stakeholders"),
    path("add/", list_views.add, name="stakeholder_add"),
    path("paste/", list_views.paste, name="stakeholders_paste"),
    path("<int:stakeholder_pk>/", list_views.edit, name="stakeholder"),
    path("<int:stakeholder_pk>/take-out/", list_views.take_out, name="stakeholder_take_out"),
]
by_link = [
    path("", subscription_views.by_link, name="subscription"),
    path("leave/", subscription_views.leave, name="leave"),
    path("come-back/", subscription_views.come_back, name="come_back"),
]
urlpatterns = [
    path("services/<slug:service_key>/stakeholders/", include(of_list)),
    path("settings/subscriptions/", subscription_views.subscriptions, name="subscriptions"),
    path(
        "settings/subscriptions/<slug:service_key>/",
        subscription_views.subscribe,
        name="subscribe",
    ),
    path("subscription/<str:link>/", include(by_link)),
    path("", include("communications.chat.urls")),
    path("deployments/<int:pk>/messages/recipients/", views.messages, name="messages"),
    path("deployments/<int:pk>/calendar.ics", views.calendar, name="calendar"),
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
    path(
        "deployments/<int:pk>/messages/addresses/<int:address_pk>/works/",
        views.works_again,
        name="works_again",
    ),
    path("deployments/<int:pk>/messages/plan/<int:plan_pk>/", include(of_line)),
    path("deployments/<int:pk>/messages/<int:message_pk>/", include(of_message)),
]
