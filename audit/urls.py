from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [path("deployments/<int:pk>/audit/", views.deployment, name="deployment")]
