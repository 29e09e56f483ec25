from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone

from accounts.models import User
from deployments.authors import LONGEST, named_in
from deployments.exceptions import Invalid
from deployments.facts import Facts
from deployments.leads import release_managers
from deployments.models import Deployment
from deployments.successors import possible_successors
from deployments.zones import InstantError, instant

WHICH = [("", "It happens only once"), ("first", "The first time"), ("second", "The second time")]
LATER = {"first": False, "second": True}


class WallClockField(forms.DateTimeField):
    """A local time without a zone: which instant it is, the form's own zone field decides."""

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):
            aware = super().to_python(value)
        return aware.replace(tzinfo=None) if aware else None


def which_field() -> forms.ChoiceField:
    """Which of two instants is meant, where the clock goes back; pages ask only then."""
    return forms.ChoiceField(
        label="If the clock shows it twice",
        choices=WHICH,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class ScheduleForm(forms.Form):
    """T0 and the window's end as the planner's wall clock shows them, with their zone."""

    local = WallClockField(
        label="T0",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}),
        error_messages={"required": "Say when it begins."},
    )
    zone = forms.CharField(
        label="Time zone", widget=forms.TextInput(attrs={"class": "form-control", "list": "zones"})
    )
    end = WallClockField(
        label="End of the window",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}),
    )
    which = which_field()
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, *, deployment: Deployment) -> None:
        initial = {"zone": deployment.zone, "shown": deployment.schedule_hash}
        if deployment.t0:
            initial["local"] = deployment.t0.astimezone(ZoneInfo(deployment.zone)).strftime(
                "%Y-%m-%dT%H:%M"
            )
        super().__init__(data, initial=initial)
        minutes = round(deployment.window_length.total_seconds() / 60)
        length = f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
        self.fields["end"].help_text = f"Left empty, it ends {length} after T0."
        self.zones = sorted(available_timezones())

    @property
    def asks_which(self) -> bool:
        return bool(self["local"].errors or self["end"].errors or self["which"].value())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, instant_of in (("local", "t0"), ("end", "window_end")):
            if cleaned.get(name) and "zone" in cleaned:
                cleaned[instant_of] = self._instant(name, cleaned)
        return cleaned

    def _instant(self, name: str, cleaned: dict[str, Any]) -> datetime | None:
        later = LATER.get(cleaned.get("which", ""))
        try:
            return instant(cleaned[name], cleaned["zone"], later=later)
        except InstantError as error:
            self.add_error(name, str(error))
        return None


class LineField(forms.CharField):
    """One line of text as long as the column that keeps it; line breaks become spaces."""

    def __init__(self, column: str, label: str, **options: Any) -> None:
        longest = getattr(Deployment._meta.get_field(column), "max_length", None)
        widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
        super().__init__(label=label, max_length=longest, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())


class NamedField(forms.ModelChoiceField):
    """One row chosen by its key; what could be no key is no choice, rather than an error."""

    def to_python(self, value: Any) -> Any:
        if "\0" in str(value):
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice")
        return super().to_python(value)


class ShippedForm(forms.Form):
    """What is shipped: part of every signature."""

    package = LineField(
        "package", "Package", error_messages={"required": "Name the package; it says what ships."}
    )
    branch = LineField("branch", "Branch", required=False)
    commit = LineField("commit", "Commit", required=False)
    digest = LineField("digest", "Artefact digest", required=False)


class FactsForm(ShippedForm):
    """The facts of one deployment, with the fingerprint of those that the form was drawn from."""

    lead = NamedField(
        label="Release lead",
        queryset=User.objects.none(),
        to_field_name="username",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Choose one of the release managers of this service."},
    )
    authors = forms.CharField(
        label="Authors",
        required=False,
        max_length=LONGEST,
        help_text="Usernames of those who wrote what is shipped. They never sign it.",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, *, deployment: Deployment) -> None:
        self.deployment = deployment
        facts = Facts.of(deployment)
        super().__init__(data, initial={**facts.plain(), "shown": facts.fingerprint})
        lead: Any = self.fields["lead"]
        managers = release_managers(deployment.service)
        # Who leads it already may stay the lead, release manager or not.
        lead.queryset = managers | User.objects.filter(pk=deployment.lead_id).distinct()

    def clean_authors(self) -> frozenset[User]:
        try:
            return named_in(self.cleaned_data["authors"], self.deployment)
        except Invalid as refused:
            raise forms.ValidationError(refused.sentence) from refused

    def facts(self) -> Facts:
        return Facts(**{name: self.cleaned_data[name] for name in Facts.__dataclass_fields__})


class CancelForm(forms.Form):
    """Why, and what takes its place; what a person does not see is no choice."""

    reason = forms.CharField(
        label="Why is it cancelled?",
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "Say why; those who were told of the deployment will read it."},
    )
    successor = NamedField(
        label="What takes its place",
        queryset=Deployment.objects.none(),
        required=False,
        empty_label="Nothing, for now",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Choose an open deployment of the same service."},
    )

    def __init__(self, user: User, deployment: Deployment, data: Any = None) -> None:
        super().__init__(data)
        successor: Any = self.fields["successor"]
        successor.queryset = possible_successors(deployment, user)
        successor.label_from_instance = named_for_choice

    @property
    def successor_id(self) -> int | None:
        successor = self.cleaned_data.get("successor")
        return successor.pk if successor else None


def named_for_choice(deployment: Deployment) -> str:
    at = deployment.t0.astimezone(ZoneInfo(deployment.zone)) if deployment.t0 else None
    time = f"{at:%d %b %Y, %H:%M} {deployment.zone}" if at else "no time set"
    return f"{deployment}, {time} (#{deployment.pk})"
