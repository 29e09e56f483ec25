from django.urls import path

from deployments.finding import views

urlpatterns = [
    path("deployments/filters/keep/", views.keep_filter, name="keep_filter"),
    path("deployments/filters/<int:filter_pk>/remove/", views.forget_filter, name="forget_filter"),
]
