from django.urls import path

from audit import population_views, views

app_name = "audit"
urlpatterns = [
    path("deployments/<int:pk>/audit/", views.deployment, name="deployment"),
    path("deployments/<int:pk>/audit/evidence/", views.evidence, name="evidence"),
    path("history/", views.history, name="history"),
    path("history/proof/", views.proof, name="proof"),
    path("history/verify.py", views.verifier, name="verifier"),
    path("history/checkpoints/<int:number>/", views.checkpoint, name="checkpoint"),
    path("history/population/", population_views.listed, name="population"),
    path("history/population.csv", population_views.as_csv, name="population_csv"),
    path("exports/<int:export_pk>/", views.export, name="export"),
    path("exports/<int:export_pk>/file/", views.download, name="download"),
]
