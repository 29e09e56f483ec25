from django.urls import path

from deployments.entry import (
    administrator_views,
    arriving_views,
    factor_views,
    provider_views,
    session_views,
)

urlpatterns = [
    path("set-up/", arriving_views.first, name="set_up"),
    path("sign-in/provider/", provider_views.begin, name="provider"),
    path("sign-in/provider/back/", provider_views.back, name="provider_back"),
    path("sign-in/forgotten/", arriving_views.forgotten, name="forgotten"),
    path("sign-in/forgotten/sent/", arriving_views.forgotten_sent, name="forgotten_sent"),
    path(
        "new-password/<uidb64>/<token>/",
        arriving_views.ResetPassword.as_view(),
        name="reset_password",
    ),
    path("settings/sessions/", session_views.own, name="sessions"),
    path("settings/sessions/<int:session_pk>/end/", session_views.end, name="end_session"),
    path("settings/sessions/end-others/", session_views.end_others, name="end_other_sessions"),
    path("settings/second-factor/", factor_views.factor, name="factor"),
    path("settings/second-factor/off/", factor_views.factor_off, name="factor_off"),
    path("settings/second-factor/codes/", factor_views.factor_codes, name="factor_codes"),
    path("settings/provider/", provider_views.connection, name="provider_connection"),
    path("settings/provider/out/", provider_views.disconnect, name="provider_out"),
    path(
        "people/<int:person_pk>/administrator/",
        administrator_views.administrator,
        name="administrator",
    ),
    path(
        "people/<int:person_pk>/second-factor/off/",
        factor_views.factor_off_for,
        name="factor_off_for",
    ),
]
