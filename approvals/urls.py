from django.urls import path

from approvals import (
    breaking_views,
    dossier_views,
    lifting_views,
    poll_views,
    signing_views,
    views,
    waiver_views,
)

app_name = "approvals"
urlpatterns = [
    path("deployments/<int:pk>/facts/", views.facts, name="facts"),
    path("deployments/<int:pk>/submit/", views.submit, name="submit"),
    path("deployments/<int:pk>/reopen/", views.reopen, name="reopen"),
    path("deployments/<int:pk>/resume/", views.resume, name="resume"),
    path("deployments/<int:pk>/sign/<int:rule_pk>/", signing_views.sign, name="sign"),
    path("deployments/<int:pk>/votes/<int:vote_pk>/lift/", lifting_views.lift, name="lift"),
    path("deployments/<int:pk>/decide/", views.decide, name="decide"),
    path("deployments/<int:pk>/gates/<slug:key>/waiver/", waiver_views.waiver, name="waiver"),
    path(
        "deployments/<int:pk>/waivers/<int:waiver_pk>/sign/",
        waiver_views.sign,
        name="sign_waiver",
    ),
    path("deployments/<int:pk>/waivers/<int:waiver_pk>/end/", waiver_views.end, name="end_waiver"),
    path("deployments/<int:pk>/poll/", poll_views.poll, name="poll"),
    path("deployments/<int:pk>/poll/again/", poll_views.again, name="poll_again"),
    path("deployments/<int:pk>/poll/<slug:role_key>/", poll_views.answer, name="answer"),
    path("deployments/<int:pk>/poll/<slug:role_key>/voice/", poll_views.voice, name="voice"),
    path("deployments/<int:pk>/break-glass/", breaking_views.break_glass, name="break_glass"),
    path(
        "deployments/<int:pk>/decisions/<int:decision_pk>/", dossier_views.dossier, name="dossier"
    ),
    path(
        "deployments/<int:pk>/decisions/<int:decision_pk>/review/",
        breaking_views.review,
        name="review",
    ),
    path("deployments/<int:pk>/start/", views.start, name="start"),
]
