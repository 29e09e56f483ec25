"""The form of what is said on a page that many apps fill."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from approvals.models import Rule
from checklists.models import Item
from deployments.enums import Subject
from deployments.fitting import cut
from deployments.models import LONGEST_COMMENT, Deployment
from gates.models import Gate

LONGEST_CHOICE = 80


class CommentForm(forms.Form):
    """A comment; how long it may be and who may write it, the service says."""

    text = forms.CharField(
        label="New comment",
        required=False,
        help_text=(
            "Plain text. A comment is never changed or deleted; @ and a username mails that person."
        ),
        error_messages={
            "null_characters_not_allowed": "The comment contains a NUL character; remove it."
        },
        widget=forms.Textarea(
            attrs={"class": "form-control", "rows": 4, "maxlength": LONGEST_COMMENT}
        ),
    )
    about = forms.ChoiceField(
        label="About",
        required=False,
        error_messages={
            "invalid_choice": "What it is about is not part of this deployment; choose again."
        },
    )
    NOTHING = "The whole deployment"

    def __init__(self, data: Any = None, *, deployment: Deployment, about: str = "") -> None:
        """`about` is what is chosen at first, such as `item-12`; what is no part is none."""
        super().__init__(data, initial={"about": about})
        parts: dict[Subject, list[models.Model]] = {
            Subject.RULE: [*Rule.objects.filter(deployment=deployment).select_related("role")],
            Subject.GATE: [*Gate.objects.filter(deployment=deployment).only("deployment", "title")],
            Subject.ITEM: [*Item.objects.filter(deployment=deployment).only("deployment", "text")],
        }
        self._subjects = {f"{kind}-{one.pk}": one for kind, some in parts.items() for one in some}
        self.subjects = [
            (kind.label, [(f"{kind}-{one.pk}", _short(one)) for one in some])
            for kind, some in parts.items()
            if some
        ]
        choice = self.fields["about"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", self.NOTHING), *self.subjects]

    def clean_about(self) -> models.Model | None:
        return self._subjects.get(self.cleaned_data["about"])


def _short(one: models.Model) -> str:
    return cut(str(one), LONGEST_CHOICE)
