from django.urls import path, register_converter

from checklists import views
from checklists.converters import ItemStateConverter

register_converter(ItemStateConverter, "item_state")

app_name = "checklists"
urlpatterns = [
    path(
        "deployments/<int:pk>/items/<int:item_pk>/<item_state:state>/",
        views.set_state,
        name="set_state",
    ),
    path("deployments/<int:pk>/complete/", views.complete, name="complete"),
]
