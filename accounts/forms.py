"""Asking somebody to prove who they are."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest

from accounts import fresh
from accounts.models import User

OWN = "own"


class FreshForm(forms.Form):
    """A form for acts that need fresh authentication; after validation `proof` says how and when.

    The password field is shown only when the session's last proof is older than five minutes.
    """

    password = forms.CharField(
        label="Your password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"}
        ),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.proof: fresh.Authentication | None = None

    @property
    def asks_password(self) -> bool:
        return fresh.current(self.request) is None

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        self.proof = fresh.prove(self.request, password)
        if self.proof is None:
            raise forms.ValidationError(
                "That password is not right; nothing was signed."
                if password
                else "Enter your password again: your last sign-in is more than five minutes old."
            )
        return password


class VoicedForm(FreshForm):
    """An act that somebody does for themselves, or for a person who is away.

    `voices` are those for whom they may do it: themselves (None), and people away.
    """

    voice = forms.ChoiceField(
        label="For whom you sign",
        required=False,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )

    def offer(self, voices: Sequence[User | None]) -> None:
        self.voices = {f"for-{one.pk}" if one else OWN: one for one in voices or [None]}
        whom: Any = self.fields["voice"]
        whom.choices = [(key, str(one or "Yourself")) for key, one in self.voices.items()]
        whom.initial = next(iter(self.voices))
        if len(self.voices) == 1:
            whom.widget = forms.HiddenInput()

    def on_behalf_of(self) -> User | None:
        """Where nothing was chosen, the first that the page offered."""
        chosen = self.cleaned_data["voice"] or next(iter(self.voices))
        return self.voices[chosen]
