from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from deployments.enums import Right
from deployments.models import Service
from intake.encodings import LARGEST, TOO_LARGE, UnreadableError, decode


class UploadForm(forms.Form):
    """A checklist document and the service that it is for."""

    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        to_field_name="key",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    document = forms.FileField(
        label="Checklist document (Markdown, up to 5 MB)",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".md,.markdown,.txt"}),
        error_messages={
            "required": "Choose a checklist document first.",
            "empty": "This file is empty; choose the Markdown file with your checklist.",
        },
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["service"]
        field.queryset = Service.objects.with_right(user, Right.EDIT)

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
