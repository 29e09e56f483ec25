from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from deployments.enums import State
from deployments.finding.criteria import NO_TIME, ONGOING, OVER, Criteria
from deployments.finding.places import places_of
from deployments.models.saved_filter import LONGEST_NAME, LONGEST_QUERY

STATES = [
    ("", "Any state"), (ONGOING, "Not over yet"), (OVER, "Over"),
    ("One state", [(state.value, state.label) for state in State]),
]  # fmt: skip
PERIODS = [
    ("", "At any time"), ("today", "Today"), ("next-7", "Next 7 days"), ("next-30", "Next 30 days"),
    ("last-7", "Last 7 days"), ("last-30", "Last 30 days"), (NO_TIME, "No time set"),
]  # fmt: skip
SELECT = {"class": "form-select"}


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    wrong = {"invalid": "Write the day as year-month-day, such as 2027-03-28."}
    return forms.DateField(
        label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"], error_messages=wrong
    )


class FilterForm(forms.Form):
    """The filter as it stands in the address; a service that one does not see is no choice."""

    text = forms.CharField(
        label="Text", required=False, max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "search"}),
    )  # fmt: skip
    service = forms.ChoiceField(
        label="Service", required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "There is no such service that you see."},
    )  # fmt: skip
    environment = forms.ChoiceField(
        label="Environment", required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "There is no such environment."},
    )  # fmt: skip
    state = forms.ChoiceField(
        label="State", choices=STATES, required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "There is no such state."},
    )  # fmt: skip
    person = forms.CharField(
        label="Person", required=False, max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "name, or me"}),
    )  # fmt: skip
    when = forms.ChoiceField(
        label="T0", choices=PERIODS, required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "There is no such period."},
    )  # fmt: skip
    since, until = _day("T0 from"), _day("T0 until")

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.places = places_of(user)
        for name in ("service", "environment"):
            field: Any = self.fields[name]
            listed = [(one.key, one.title) for one in self.places if one.kind == name]
            field.choices = [("", f"All {name}s"), *listed]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "This is before the first day; choose a later one.")
        if cleaned.get("when") and (since or until):
            self.add_error("when", "Choose a period or days of your own, not both.")
        return cleaned

    @property
    def rest(self) -> list[forms.BoundField]:
        """All but the text, as the page shows them beside it."""
        return [field for field in self if field.name != "text"]

    @property
    def says_more(self) -> bool:
        return any(field.value() for field in self.rest)

    @property
    def criteria(self) -> Criteria:
        return Criteria.of(self.cleaned_data)


class KeepForm(forms.Form):
    """A name for the filter that the page shows."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME,
        widget=forms.TextInput(
            attrs={
                "class": "form-control", "autocomplete": "off",
                "placeholder": "A name for this filter",
            }
        ),
        error_messages={"required": "Give the filter a name."},
    )  # fmt: skip
    query = forms.CharField(
        widget=forms.HiddenInput, max_length=LONGEST_QUERY,
        error_messages={"required": "Choose what to filter by before you keep it."},
    )  # fmt: skip
