from django.urls import path, register_converter

from dashboard import decisions_views, deployments_views, helping, room, views
from dashboard.calendar import views as calendar
from dashboard.numbers import views as numbers
from dashboard.operations import views as operations
from dashboard.plan import views as plan
from dashboard.plan.converters import PageConverter, PartConverter
from dashboard.share import views as share

register_converter(PageConverter, "plan_page")
register_converter(PartConverter, "plan_part")

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("help/", helping.help_page, name="help"),
    path("health/", views.health, name="health"),
    path("metrics", operations.metrics, name="metrics"),
    path("operations/", operations.operations, name="operations"),
    path("operations/figures/", operations.panel, name="operations_figures"),
    path("share/<str:secret>/", share.share, name="share"),
    path("share/<str:secret>/panel/", share.panel, name="share_panel"),
    path("share/<str:secret>/incident/", share.incident, name="share_incident"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/link/", calendar.calendar_link, name="calendar_link"),
    path("calendar/link/revoke/", calendar.calendar_link_revoke, name="calendar_link_revoke"),
    path("calendar/<str:secret>.ics", calendar.calendar_feed, name="calendar_feed"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("decisions/", decisions_views.decisions, name="decisions"),
    path("decisions/said/", decisions_views.said, name="said"),
    path("deployments/", deployments_views.deployments, name="deployments"),
    path("deployments/<int:pk>/", views.deployment, name="deployment"),
    path("deployments/<int:pk>/room/", room.room, name="room"),
    path("deployments/<int:pk>/mine/", views.mine, name="mine"),
    path("deployments/<int:pk>/panels/", views.panels, name="panels"),
    path("deployments/<int:pk>/comments/", views.comments, name="comments"),
    path("deployments/<int:pk>/plan/", plan.plan, name="plan_start"),
    path("deployments/<int:pk>/plan/several/", plan.several, name="plan_several"),
    path("deployments/<int:pk>/plan/<plan_page:page>/", plan.plan, name="plan"),
    path("deployments/<int:pk>/plan/<plan_part:editable>/add/", plan.add, name="plan_add"),
    path(
        "deployments/<int:pk>/plan/<plan_part:editable>/<int:row_pk>/", plan.edit, name="plan_edit"
    ),
    path(
        "deployments/<int:pk>/plan/<plan_part:editable>/<int:row_pk>/take-out/",
        plan.take_out,
        name="plan_take_out",
    ),
    path(
        "deployments/<int:pk>/plan/<plan_part:editable>/<int:row_pk>/move/",
        plan.move,
        name="plan_move",
    ),
    path("deployments/<int:pk>/<slug:tab>/", views.deployment, name="tab"),
]
