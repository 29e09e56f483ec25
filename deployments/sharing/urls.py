from django.urls import path

from deployments.sharing import views

urlpatterns = [
    path("deployments/<int:pk>/stakeholder-link/", views.share_link, name="share_link"),
    path(
        "deployments/<int:pk>/stakeholder-link/<int:link_pk>/revoke/",
        views.revoke_share_link,
        name="revoke_share_link",
    ),
]
