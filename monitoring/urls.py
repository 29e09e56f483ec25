from django.urls import path

from monitoring import views
from monitoring.metrics import views as metrics

app_name = "monitoring"
urlpatterns = [
    path("deployments/<int:pk>/close/", views.close, name="close"),
    path("deployments/<int:pk>/report/", views.report, name="report"),
    path("deployments/<int:pk>/points/", views.points, name="points"),
    path("deployments/<int:pk>/watch/<slug:metric>/", views.readings, name="readings"),
    path("deployments/<int:pk>/alerts/<int:alert_pk>/", views.alert, name="alert"),
    path("deployments/<int:pk>/rollback-question/", views.question, name="question"),
    path("deployments/<int:pk>/triggers/<int:trigger_pk>/", views.trigger, name="trigger"),
    path("deployments/<int:pk>/targets/<int:target_pk>/", views.target, name="target"),
    path("deployments/<int:pk>/criteria/<int:item_pk>/", views.criterion, name="criterion"),
    path("deployments/<int:pk>/incidents/", views.incidents, name="incidents"),
    path("deployments/<int:pk>/incidents/<int:incident_pk>/", views.incident, name="incident"),
    path("deployments/<int:pk>/values/", views.value, name="value"),
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
