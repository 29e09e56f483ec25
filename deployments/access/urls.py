from django.urls import path, register_converter

from deployments.access import (
    absence_views,
    people_views,
    place_views,
    service_views,
    settings_views,
    team_views,
)
from deployments.access.converters import HolderConverter, PartConverter

register_converter(PartConverter, "part")
register_converter(HolderConverter, "holder")

urlpatterns = [
    path("services/", service_views.services, name="services"),
    path("services/new/", service_views.service_new, name="service_new"),
    path("services/<slug:service_key>/", service_views.service, name="service"),
    path("services/<slug:service_key>/edit/", service_views.service_edit, name="service_edit"),
    path("services/<slug:service_key>/give/", service_views.give, name="give"),
    path(
        "services/<slug:service_key>/revoke/<part:what>/<holder:holder>/",
        service_views.revoke,
        name="revoke",
    ),
    path(
        "services/<slug:service_key>/stand-ins/",
        absence_views.of_service,
        name="service_stand_ins",
    ),
    path("environments/", place_views.environments, name="environments"),
    path("environments/new/", place_views.environment_new, name="environment_new"),
    path(
        "environments/<slug:environment_key>/edit/",
        place_views.environment_edit,
        name="environment_edit",
    ),
    path("roles/", place_views.roles, name="roles"),
    path("roles/new/", place_views.role_new, name="role_new"),
    path("roles/<slug:role_key>/edit/", place_views.role_edit, name="role_edit"),
    path("people/", people_views.people, name="people"),
    path("people/new/", people_views.person_new, name="person_new"),
    path("people/<int:person_pk>/", people_views.person, name="person"),
    path("people/<int:person_pk>/edit/", people_views.person_edit, name="person_edit"),
    path("people/<int:person_pk>/link/", people_views.person_link, name="person_link"),
    path("people/<int:person_pk>/invite/", people_views.invite, name="person_invite"),
    path("people/<int:person_pk>/deactivate/", people_views.deactivate, name="deactivate"),
    path("people/<int:person_pk>/reactivate/", people_views.reactivate, name="reactivate"),
    path("people/teams/", team_views.team_list, name="teams"),
    path("people/teams/new/", team_views.team_new, name="team_new"),
    path("people/teams/<int:team_pk>/", team_views.team, name="team"),
    path("people/teams/<int:team_pk>/rename/", team_views.team_rename, name="team_rename"),
    path(
        "people/teams/<int:team_pk>/remove/<int:person_pk>/",
        team_views.team_remove,
        name="team_remove",
    ),
    path("settings/", settings_views.settings, name="settings"),
    path("settings/absences/", absence_views.own, name="absences"),
    path("settings/absences/<int:absence_pk>/end/", absence_views.end, name="end_absence"),
    path("settings/password/", settings_views.password, name="password"),
    path(
        "set-password/<uidb64>/<token>/",
        settings_views.SetPassword.as_view(),
        name="set_password",
    ),
]
