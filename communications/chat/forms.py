from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.zones import validate_zone
from communications.chat.declaring import Told
from communications.enums import IN_A_PLAN, ChannelKind, Kind
from communications.models import Channel
from connections.models import Connection
from deployments.models import Service

CONTROL = {"class": "form-control", "autocomplete": "off"}
CHOICE = {"class": "form-select"}
TICKS = {"class": "form-check-input"}


class ChannelForm(forms.Form):
    """Shape only; where it may lead is judged by its service."""

    kind = forms.ChoiceField(
        label="Kind", choices=ChannelKind.choices, widget=forms.Select(attrs=CHOICE)
    )
    title = forms.CharField(
        max_length=80, widget=forms.TextInput(attrs=CONTROL), help_text="Such as #releases."
    )
    address = forms.CharField(
        label="Address of the webhook",
        required=False,
        max_length=2000,
        widget=forms.PasswordInput(attrs={**CONTROL, "autocomplete": "new-password"}),
        help_text="For Slack, Teams and webhooks. Kept encrypted and never shown again.",
    )
    connection_key = forms.ChoiceField(
        label="Connection",
        required=False,
        widget=forms.Select(attrs=CHOICE),
        help_text="For Matrix the homeserver with its token; for others only inside your network."
        " An administrator says which may be posted to.",
    )
    room = forms.CharField(
        label="Matrix room",
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="Its internal identifier, such as !abc:example.org.",
    )
    zone = forms.CharField(
        label="Times are said in", max_length=64, initial="UTC", validators=[validate_zone],
        widget=forms.TextInput(attrs=CONTROL),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label="Messages of the plan",
        required=False,
        choices=[(kind.value, kind.label) for kind in IN_A_PLAN],
        widget=forms.CheckboxSelectMultiple(attrs=TICKS),
        help_text="None ticked: all of them. Whatever corrects or stops what was told comes too.",
    )

    def __init__(
        self, data: Any = None, *, service: Service, channel: Channel | None = None
    ) -> None:
        super().__init__(data, initial=_initial(channel) if channel else {"zone": "UTC"})
        known: Any = self.fields["connection_key"]
        connections = Connection.objects.for_service(service.key).open_to_posts()
        known.choices = [("", "none"), *((one.key, one.title) for one in connections)]
        if channel:
            self.fields["kind"].disabled = True
            if channel.sealed_address:
                self.fields["address"].help_text = "One is kept and never shown; empty keeps it."

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        if not address.isprintable():
            raise ValidationError("An address holds no line breaks or unseen characters.")
        return address

    def told(self) -> Told:
        given = self.cleaned_data
        return Told(
            title=" ".join(given["title"].split()),
            connection_key=given["connection_key"],
            room=given["room"],
            zone=given["zone"],
            kinds=tuple(Kind(one).value for one in given["kinds"]),
            address=given["address"],
        )


def _initial(channel: Channel) -> dict[str, Any]:
    names = ("kind", "title", "connection_key", "room", "zone", "kinds")
    return {name: getattr(channel, name) for name in names}
