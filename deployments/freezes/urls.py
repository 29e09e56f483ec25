from django.urls import path

from deployments.freezes import views

urlpatterns = [
    path("freezes/", views.freezes, name="freezes"),
    path("freezes/new/", views.freeze_new, name="freeze_new"),
    path("freezes/<int:freeze_pk>/", views.freeze, name="freeze"),
    path("freezes/<int:freeze_pk>/edit/", views.freeze_edit, name="freeze_edit"),
    path("freezes/<int:freeze_pk>/end/", views.freeze_end, name="freeze_end"),
    path("deployments/<int:pk>/freezes/<int:freeze_pk>/", views.exemption, name="exemption"),
    path(
        "deployments/<int:pk>/freezes/<int:freeze_pk>/take-back/",
        views.exemption_end,
        name="exemption_end",
    ),
]
