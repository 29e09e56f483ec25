from django.urls import path

from gates import views

app_name = "gates"
urlpatterns = [
    path("deployments/<int:pk>/gates/run/", views.run_all, name="run_all"),
    path("deployments/<int:pk>/gates-tried/", views.try_out, name="try_out"),
    path("deployments/<int:pk>/gates-tried/<int:try_pk>/", views.tried_out, name="tried_out"),
    path("deployments/<int:pk>/gates/<slug:key>/runs/", views.detail, name="detail"),
    path("deployments/<int:pk>/gates/<slug:key>/upload/", views.upload, name="upload"),
    path("deployments/<int:pk>/gates/<slug:key>/run/", views.run, name="run"),
    path("deployments/<int:pk>/gates/<slug:key>/report/", views.report, name="report"),
]
