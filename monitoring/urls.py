from django.urls import path

from monitoring import views
from monitoring.metrics import views as metrics

app_name = "monitoring"
urlpatterns = [
    path("deployments/<int:pk>/close/", views.close, name="close"),
    path("deployments/<int:pk>/metrics/", metrics.metric_meant, name="metric_meant"),
    path("services/<slug:service_key>/metrics/", metrics.metrics, name="metrics"),
    path("services/<slug:service_key>/metrics/add/", metrics.metric_add, name="metric_add"),
    path("services/<slug:service_key>/metrics/alias/", metrics.metric_alias, name="metric_alias"),
    path("services/<slug:service_key>/metrics/try/", metrics.metric_try, name="metric_try"),
    path(
        "services/<slug:service_key>/metrics/try/<int:try_pk>/",
        metrics.metric_tried,
        name="metric_tried",
    ),
    path("services/<slug:service_key>/metrics/<int:metric_pk>/", metrics.metric, name="metric"),
    path(
        "services/<slug:service_key>/metrics/<int:metric_pk>/remove/",
        metrics.metric_remove,
        name="metric_remove",
    ),
]
