"""What people type about freezes and exemptions; shape only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.forms import FreshForm
from accounts.models import User
from deployments.access.absence_forms import clock_field
from deployments.access.forms import ShortField, ZonedForm
from deployments.enums import Right
from deployments.freezes.declaring import Terms
from deployments.freezes.rules import LONGEST_RULE
from deployments.freezes.wording import REPEATS
from deployments.models import LONGEST_FREEZE_REASON, Environment, Exemption, Freeze, Service
from deployments.zones import InstantError, instant, zone_of

LOCAL = "%Y-%m-%dT%H:%M"
EVERY = ""
OWN = "own"
CONTROL = {"class": "form-control"}
SELECT = {"class": "form-select"}


class FreezeForm(ZonedForm):
    """The first window on the wall clock of its zone, and how it repeats."""

    service = forms.ChoiceField(
        label="Service", required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "Choose a service of which you are release manager."},
    )  # fmt: skip
    environment = forms.ChoiceField(
        label="Environment", required=False, widget=forms.Select(attrs=SELECT)
    )
    starts = clock_field("From", "Say when the first window begins.")
    ends = clock_field("Until", "Say when the first window ends.")
    repeats = forms.ChoiceField(
        label="Repeats",
        required=False,
        choices=[
            ("", "Not at all"),
            *((rule, words.capitalize()) for rule, words in REPEATS.items()),
            (OWN, "By a rule of your own"),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    rule = forms.CharField(
        label="Rule of your own",
        required=False,
        max_length=LONGEST_RULE,
        help_text="A rule of calendars (RRULE), such as FREQ=WEEKLY;BYDAY=FR;UNTIL=20271231.",
        widget=forms.TextInput(attrs={**CONTROL, "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = ShortField(Freeze, "reason", label="Reason")
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    field_order = (
        "service", "environment", "starts", "ends", "zone", "repeats", "rule", "reason",
    )  # fmt: skip

    def __init__(self, user: User, data: Any = None, *, freeze: Freeze | None = None) -> None:
        super().__init__(data, initial=_initial(freeze) if freeze else {"zone": user.zone})
        self.places = {one.key: one for one in Environment.objects.all()}
        every = [(EVERY, "Every environment")]
        _choices(self, "environment", every + [(one.key, str(one)) for one in self.places.values()])
        self.managed = {one.key: one for one in managed_by(user)}
        everywhere = [(EVERY, "Every service")] if user.is_superuser else []
        own = [(one.key, str(one)) for one in self.managed.values()]
        _choices(self, "service", everywhere + own)
        self.fields["reason"].error_messages["required"] = (
            "Say why nothing may be deployed then; those whom it stops read it."
        )
        if freeze is not None:
            self.managed = {freeze.service.key: freeze.service} if freeze.service else {}
            del self.fields["service"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["starts_at"] = self._instant("starts", later=False)
        cleaned["ends_at"] = self._instant("ends", later=True)
        own = cleaned.get("rule", "").strip()
        if cleaned.get("repeats") == OWN and not own:
            self.add_error("rule", "Write the rule, such as FREQ=WEEKLY;BYDAY=FR.")
        if own and cleaned.get("repeats") != OWN:
            self.add_error("rule", "Choose “By a rule of your own”, or empty this.")
        return cleaned

    def _instant(self, name: str, *, later: bool) -> datetime | None:
        """Where the clock shows it twice the freeze lasts longer rather than shorter."""
        local, zone = self.cleaned_data.get(name), self.cleaned_data.get("zone")
        try:
            return instant(local, zone, later=later) if local and zone else None
        except InstantError as error:
            self.add_error(name, str(error))
        return None

    def terms(self) -> Terms:
        said = self.cleaned_data
        own = said["repeats"] == OWN
        key = said.get("service", next(iter(self.managed), EVERY))
        return Terms(
            self.managed.get(key),
            self.places.get(said["environment"]),
            said["starts_at"],
            said["ends_at"],
            said["zone"],
            said["rule"] if own else said["repeats"],
            said["reason"],
        )


class EndFreezeForm(forms.Form):
    reason = ShortField(Exemption, "ended_reason", label="Why does it end?")


class ExemptForm(FreshForm):
    reason = forms.CharField(
        label="Why may this deployment go all the same?",
        max_length=LONGEST_FREEZE_REASON,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        error_messages={"required": "Say why it may go although the freeze holds."},
    )
    field_order = ("reason", "password")

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(request, data)


class TakeBackForm(forms.Form):
    reason = ShortField(Exemption, "ended_reason", label="Why is it taken back?")


def managed_by(user: User) -> QuerySet[Service]:
    return Service.objects.with_right(user, Right.EDIT)


def _initial(freeze: Freeze) -> dict[str, Any]:
    place, known = zone_of(freeze.zone), freeze.rule in {"", *REPEATS}
    return {
        "environment": freeze.environment.key if freeze.environment else EVERY,
        "starts": freeze.starts_at.astimezone(place).strftime(LOCAL),
        "ends": freeze.ends_at.astimezone(place).strftime(LOCAL),
        "zone": freeze.zone,
        "repeats": freeze.rule if known else OWN,
        "rule": "" if known else freeze.rule,
        "reason": freeze.reason,
        "shown": Terms.of(freeze).fingerprint,
    }


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
