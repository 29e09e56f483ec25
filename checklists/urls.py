from django.urls import path, register_converter

from checklists import views
from checklists.converters import EvidenceKindConverter, ItemStateConverter
from checklists.day import views as day

register_converter(ItemStateConverter, "item_state")
register_converter(EvidenceKindConverter, "evidence_kind")

app_name = "checklists"
urlpatterns = [
    path("deployments/<int:pk>/items/", views.filters, name="filters"),
    path("deployments/<int:pk>/claims/", views.claims, name="claims"),
    path(
        "deployments/<int:pk>/sections/<int:section_pk>/tick/",
        views.tick_section,
        name="tick_section",
    ),
    path("deployments/<int:pk>/items/<int:item_pk>/", views.item, name="item"),
    path("deployments/<int:pk>/items/<int:item_pk>/choose/", views.choose, name="choose"),
    path("deployments/<int:pk>/items/<int:item_pk>/leaving-out/", views.answer, name="answer"),
    path(
        "deployments/<int:pk>/items/<int:item_pk>/leaving-out/take-back/",
        views.take_back,
        name="take_back",
    ),
    path(
        "deployments/<int:pk>/items/<int:item_pk>/<item_state:state>/",
        views.set_state,
        name="set_state",
    ),
    path(
        "deployments/<int:pk>/items/<int:item_pk>/evidence/<evidence_kind:kind>/",
        views.add_evidence,
        name="add_evidence",
    ),
    path(
        "deployments/<int:pk>/items/<int:item_pk>/evidence/<int:evidence_pk>/file/",
        views.evidence_file,
        name="evidence_file",
    ),
    path(
        "deployments/<int:pk>/items/<int:item_pk>/evidence/<int:evidence_pk>/image/",
        views.evidence_image,
        name="evidence_image",
    ),
    path("deployments/<int:pk>/items/<int:item_pk>/begin/", day.begin, name="begin"),
    path("deployments/<int:pk>/items/<int:item_pk>/answer/", day.answer_step, name="answer_step"),
    path("deployments/<int:pk>/items/<int:item_pk>/hand-over/", day.hand_over, name="hand_over"),
    path("deployments/<int:pk>/items/<int:item_pk>/output/", day.output, name="output"),
    path(
        "deployments/<int:pk>/items/<int:item_pk>/command/end/",
        day.end_command,
        name="end_command",
    ),
    path("deployments/<int:pk>/steps/add/", day.add_step, name="add_step"),
    path("deployments/<int:pk>/complete/", views.complete, name="complete"),
    path("deployments/<int:pk>/stop/", day.stop, name="stop"),
    path("deployments/<int:pk>/roll-back/", day.roll_back, name="roll_back"),
    path("deployments/<int:pk>/roll-back/finish/", day.finish_rollback, name="finish_rollback"),
]
