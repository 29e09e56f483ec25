"""What is asked of history and of populations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet

from audit import policies, population
from audit.population import MOST_DRAWN, Criteria
from deployments.models import Service

SELECT = forms.Select(attrs={"class": "form-select"})


class DayField(forms.DateField):
    """A day, as a browser sends it and as a person may write it without one."""

    def __init__(self, label: str, *, required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(
                attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"
            ),
            error_messages={"invalid": "Write a day as 2026-01-31."},
            validators=[
                MinValueValidator(policies.FIRST_DAY, policies.YEARS),
                MaxValueValidator(policies.LAST_DAY, policies.YEARS),
            ],
        )


class AuditedForm(forms.Form):
    """Over all services that somebody audits, or one of them."""

    service = forms.ModelChoiceField(
        Service.objects.none(),
        label="Service",
        required=False,
        to_field_name="key",
        empty_label="All",
        widget=SELECT,
    )

    def __init__(self, data: Any, services: QuerySet[Service], **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services


class HistoryForm(forms.Form):
    """By person, act, object and period; whatever is empty narrows nothing."""

    person = forms.CharField(
        label="Who acted",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "Part of a name"}),
    )
    act = forms.ChoiceField(label="Act", required=False, widget=SELECT)
    kind = forms.ChoiceField(label="Object", required=False, widget=SELECT)
    first = DayField("From", required=False)
    last = DayField("To", required=False)

    def __init__(self, data: Any, *, acts: Iterable[str], kinds: Iterable[str]) -> None:
        super().__init__(data)
        for name, words in (("act", acts), ("kind", kinds)):
            choices = [("", "Any"), *((one, one.capitalize()) for one in words)]
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_person(self) -> str:
        return str(self.cleaned_data["person"]).replace("\0", "").strip()

    @property
    def is_narrow(self) -> bool:
        return any(self.cleaned_data.values()) if self.is_valid() else False


class DeploymentHistoryForm(HistoryForm):
    """Narrowed to a single item, gate, message or whatever it is, too; a row leads to its own."""

    one = forms.RegexField(
        r"\A[a-z_]{1,40}:[^\0:]{1,40}\Z", required=False, widget=forms.HiddenInput
    )


class ServiceHistoryForm(AuditedForm, HistoryForm):
    """Narrowed by one service, too."""

    field_order = ["service", "person", "act", "kind", "first", "last"]


class PopulationForm(AuditedForm):
    """A period, both days included and in UTC."""

    first = DayField("From")
    last = DayField("To")

    def __init__(self, data: Any, services: QuerySet[Service], *, may_ask_for_all: bool) -> None:
        super().__init__(data, services)
        self.services, self.may_ask_for_all = services, may_ask_for_all

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if isinstance(first, date) and isinstance(last, date):
            wrong = policies.refusal_of_period(first, last)
            if wrong:
                self.add_error("last", wrong.sentence)
        return found

    @property
    def criteria(self) -> Criteria:
        said = self.cleaned_data
        return Criteria(
            said["first"],
            said["last"],
            self._services(said["service"]),
            said.get("seed") or population.new_seed(),
            said.get("size") or 0,
        )

    def _services(self, chosen: Service | None) -> tuple[int, ...] | None:
        if chosen is not None:
            return (chosen.pk,)
        if self.may_ask_for_all:
            return None
        return tuple(self.services.order_by("pk").values_list("pk", flat=True))


class SampleForm(PopulationForm):
    """How many are drawn, and by which seed."""

    size = forms.IntegerField(
        label="Deployments to draw",
        min_value=1,
        max_value=MOST_DRAWN,
        initial=25,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    seed = forms.CharField(
        label="Seed",
        required=False,
        max_length=policies.LONGEST_SEED,
        help_text="Empty: one is made at random. The same seed draws the same deployments again.",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
