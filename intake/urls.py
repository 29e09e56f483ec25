from django.urls import path, register_converter

from intake import document_views, reimport_views, review_views, template_views, views
from intake.converters import FormConverter

register_converter(FormConverter, "document_form")

app_name = "intake"
urlpatterns = [
    path("import/", views.upload, name="upload"),
    path("deployments/new/", views.new, name="new"),
    path("deployments/<int:pk>/document/", document_views.document, name="document"),
    path(
        "deployments/<int:pk>/document/<document_form:form>/",
        document_views.download,
        name="download",
    ),
    path("deployments/<int:pk>/template/", template_views.save, name="save_template"),
    path("documents/", review_views.documents, name="documents"),
    path("documents/<int:document_pk>/", review_views.review, name="review"),
    path("documents/<int:document_pk>/correct/", review_views.correct, name="correct"),
    path("documents/<int:document_pk>/create/", review_views.create, name="create"),
    path("documents/<int:document_pk>/onto/<int:pk>/", reimport_views.onto, name="onto"),
    path("documents/<int:document_pk>/template/", review_views.save_template, name="template_of"),
    path("templates/", template_views.templates, name="templates"),
    path("templates/<int:version_pk>/", template_views.template, name="template"),
    path(
        "templates/<int:version_pk>/messages/",
        template_views.template_messages,
        name="template_messages",
    ),
]
