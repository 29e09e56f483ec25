"""Asking somebody to prove who they are."""

from typing import Any

from django import forms
from django.http import HttpRequest

from accounts import fresh


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
