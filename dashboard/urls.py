from django.urls import path

from dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("deployments/", views.deployments, name="deployments"),
    path("deployments/<int:pk>/", views.deployment, name="deployment"),
    path("deployments/<int:pk>/mine/", views.mine, name="mine"),
    path("deployments/<int:pk>/panels/", views.panels, name="panels"),
    path("deployments/<int:pk>/comments/", views.comments, name="comments"),
    path("deployments/<int:pk>/<slug:tab>/", views.deployment, name="tab"),
]
