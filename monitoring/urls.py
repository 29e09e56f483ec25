from django.urls import path

from monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("deployments/<int:pk>/close/", views.close, name="close"),
]
