"""The message plan of a template on one page: a form for each line, and one for a new line."""

from __future__ import annotations

from typing import Any

from django import forms

from communications.definitions import STANDARD_PLAN, PlanLine
from communications.enums import IN_A_PLAN
from communications.plan.typed import TypedLine, fields_of
from communications.whom import aims
from intake.models import TemplateVersion
from intake.structured.documents import messages_of

CONTROL = {"class": "form-control", "autocomplete": "off"}
SELECT = {"class": "form-select"}
MOST_LINES = 50
TOO_MANY = f"A template has at most {MOST_LINES} lines; take some out."
NUL = {"null_characters_not_allowed": "This text contains a NUL character; remove it."}


class LineForm(TypedLine, forms.Form):
    title = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs=CONTROL), error_messages=NUL
    )
    kind = forms.ChoiceField(
        choices=[(one.value, one.label) for one in IN_A_PLAN], initial=IN_A_PLAN[0].value,
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    when = forms.CharField(
        label="Leaves", max_length=80, widget=forms.TextInput(attrs=CONTROL),
        error_messages=NUL, help_text="Such as 24 h before T0, or the day before T0 at 09:00.",
    )  # fmt: skip
    text = forms.CharField(
        label="Words of your own", required=False, error_messages=NUL,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}),
    )  # fmt: skip
    audience = forms.MultipleChoiceField(
        label="Only to", required=False,
        widget=forms.SelectMultiple(attrs={**SELECT, "size": 5}),
        help_text="Nothing chosen: everybody with a part in the service's releases.",
    )  # fmt: skip
    addresses = forms.CharField(
        label="Further addresses", required=False, error_messages=NUL,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}), help_text="One in each line.",
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audience: Any = self.fields["audience"]
        audience.choices = choices


class NoteForm(forms.Form):
    """What is different, and what all lines together are refused for."""

    note = forms.CharField(
        label="What is different", required=False, max_length=500, error_messages=NUL,
        widget=forms.TextInput(attrs=CONTROL),
    )  # fmt: skip


Lines = forms.formset_factory(
    LineForm, extra=1, can_delete=True, max_num=MOST_LINES, validate_max=True
)


def lines_form(version: TemplateVersion, data: Any = None) -> forms.BaseFormSet[LineForm]:
    """Of a template without a plan the standard one, with which its deployments begin."""
    plan = messages_of(version.document) or list(STANDARD_PLAN)
    besides = dict.fromkeys(word for line in plan for word in line.audience)
    choices = aims.choices(version.service, besides=list(besides))
    initial = [fields_of(line) for line in plan]
    form = Lines(
        data, initial=initial, prefix="line", form_kwargs={"choices": choices},
        error_messages={"too_many_forms": TOO_MANY},
    )  # fmt: skip
    # A new line begins with nothing, also if the version that it follows by now has more lines.
    form.initial = initial[: form.initial_form_count()]
    return form


def lines_said(form: forms.BaseFormSet[LineForm]) -> list[PlanLine]:
    """Of a valid form, without what is taken out and without a new line that says nothing."""
    return [
        one.line() for one in form.forms if one.has_changed() or one.initial
        if not one.cleaned_data.get("DELETE")
    ]  # fmt: skip
