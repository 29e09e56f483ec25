from django.urls import path

from approvals import views, waiver_views

app_name = "approvals"
urlpatterns = [
    path("deployments/<int:pk>/facts/", views.facts, name="facts"),
    path("deployments/<int:pk>/submit/", views.submit, name="submit"),
    path("deployments/<int:pk>/reopen/", views.reopen, name="reopen"),
    path("deployments/<int:pk>/resume/", views.resume, name="resume"),
    path("deployments/<int:pk>/sign/<int:rule_pk>/", views.sign, name="sign"),
    path("deployments/<int:pk>/decide/", views.decide, name="decide"),
    path("deployments/<int:pk>/gates/<slug:key>/waiver/", waiver_views.waiver, name="waiver"),
    path(
        "deployments/<int:pk>/waivers/<int:waiver_pk>/sign/",
        waiver_views.sign,
        name="sign_waiver",
    ),
    path("deployments/<int:pk>/waivers/<int:waiver_pk>/end/", waiver_views.end, name="end_waiver"),
    path("deployments/<int:pk>/start/", views.start, name="start"),
]
