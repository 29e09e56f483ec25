from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from accounts.models import User
from deployments.enums import Right
from deployments.forms import NamedField, ShippedForm
from deployments.models import Deployment, Environment, Service
from intake.encodings import LARGEST, TOO_LARGE, UnreadableError, decode
from intake.models import TemplateVersion

ACCEPTED = ".md,.markdown,.txt,.yaml,.yml,.json"


class UploadForm(forms.Form):
    """A checklist document and the service that it is for."""

    service = NamedField(
        queryset=Service.objects.none(),
        to_field_name="key",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    document = forms.FileField(
        label="Checklist document (Markdown, YAML or JSON, up to 5 MB)",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPTED}),
        error_messages={
            "required": "Choose a checklist document first.",
            "empty": "This file is empty; choose the Markdown file with your checklist.",
        },
    )

    def __init__(
        self, user: User, *args: Any, onto: Deployment | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["service"]
        mine = Service.objects.with_right(user, Right.EDIT)
        field.queryset = mine.filter(pk=onto.service_id) if onto else mine

    def clean_document(self) -> UploadedFile:
        """The size is asked before anything is read: what is too large never fills memory."""
        document: UploadedFile = self.cleaned_data["document"]
        if document.size is None or document.size > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        try:
            decode(document.read())
        except UnreadableError as error:
            raise forms.ValidationError(str(error)) from None
        document.seek(0)
        return document


OFFERED = 100


class NewForm(ShippedForm):
    """A deployment without a document: empty, from a template, or as an earlier one."""

    field_order = ["service", "environment", "template", "copy_of"]
    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    service = NamedField(
        queryset=Service.objects.none(),
        to_field_name="key",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Choose one of the services that you may edit."},
    )
    environment = NamedField(
        queryset=Environment.objects.all(),
        to_field_name="key",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Choose an environment; if there is none, import a checklist first.",
            "invalid_choice": "Choose one of the environments of this portal.",
        },
    )
    template = NamedField(
        label="From template",
        queryset=TemplateVersion.objects.none(),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Choose one of the templates that you see."},
    )
    copy_of = NamedField(
        label="Copy of",
        queryset=Deployment.objects.none(),
        required=False,
        help_text="Items, gates, approvals, limits and messages are taken over; nothing that "
        "people or machines said about them is.",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Choose one of the deployments that you see."},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service: Any = self.fields["service"]
        service.queryset = Service.objects.with_right(user, Right.EDIT)
        template: Any = self.fields["template"]
        template.queryset = TemplateVersion.objects.filter(
            Q(service__in=service.queryset) | Q(service__isnull=True)
        )
        listed = template.queryset.newest().select_related("service").defer("document")
        template.widget.choices = [
            ("", "None"),
            *((one.pk, f"{one.service or 'Every service'}: {one}") for one in listed),
        ]
        copied: Any = self.fields["copy_of"]
        seen = Deployment.objects.visible_to(user).filter(service__in=service.queryset)
        copied.queryset = seen
        recent = seen.select_related("service", "environment").order_by("-pk")[:OFFERED]
        copied.widget.choices = [
            ("", "Nothing: begin empty"),
            *((one.pk, f"{one.service}: {one} (#{one.pk})") for one in recent),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        origin, service = cleaned.get("copy_of"), cleaned.get("service")
        if origin and service and origin.service_id != service.pk:
            self.add_error("copy_of", f"Choose an earlier deployment of {service}.")
        return cleaned


class TemplateForm(forms.Form):
    """The name of a template; one that is there already gets its next version."""

    title = forms.CharField(
        label="Name of the template",
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "list": "templates"}),
        help_text="A name that is there already gets its next version.",
        error_messages={"required": "Name the template, such as “Backend release”."},
    )
    note = forms.CharField(
        label="What is different",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    everywhere = forms.BooleanField(
        label="For every service, not only for this one",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.is_superuser:
            del self.fields["everywhere"]
