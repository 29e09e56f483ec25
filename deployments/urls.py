from django.urls import include, path

from deployments import views

app_name = "deployments"
urlpatterns = [
    path("deployments/<int:pk>/schedule/", views.schedule, name="schedule"),
    path("deployments/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("", include("deployments.access.urls")),
    path("", include("deployments.entry.urls")),
    path("", include("deployments.freezes.urls")),
    path("", include("deployments.outside.urls")),
    path("", include("deployments.sharing.urls")),
    path("", include("deployments.finding.urls")),
    path("deployments/<int:pk>/versions/", views.versions, name="versions"),
]
