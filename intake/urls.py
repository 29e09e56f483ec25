from django.urls import path

from intake import views

app_name = "intake"
urlpatterns = [
    path("import/", views.upload, name="upload"),
    path("deployments/new/", views.new, name="new"),
]
