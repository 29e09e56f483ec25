"""What is typed on the way in; shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm

from accounts import limits
from accounts.forms import CODE_ATTRS, FreshForm
from accounts.models import User
from deployments.access.forms import ShortField, ZonedForm
from deployments.access.password_forms import dress

CONTROL = {"class": "form-control"}


class AppForm(FreshForm):
    app_code = forms.CharField(
        label="The code that the app shows now",
        max_length=30,
        error_messages={"required": "Enter the six digits that the app shows."},
        widget=forms.TextInput(attrs=CODE_ATTRS),
    )


class ForgottenForm(forms.Form):
    """Whose the address is, nobody learns here."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        error_messages={
            "required": "Enter the address at which the portal mails you.",
            "invalid": "This is no e-mail address; it looks like name@example.org.",
        },
        widget=forms.EmailInput(attrs={**CONTROL, "autocomplete": "email"}),
    )

    def __init__(self, address: str, data: Any = None) -> None:
        super().__init__(data)
        self.address, self.is_limited = address, False

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        guesses = [limits.RESETS_FROM.of(limits.place(self.address)), limits.RESETS_OF.of(email)]
        if full := limits.refusal(guesses):
            self.is_limited = True
            raise forms.ValidationError(full)
        return email


class SetUpForm(ZonedForm, SetPasswordForm):
    """The first administrator, by whoever can read the portal's log."""

    word = forms.CharField(
        label="Set-up word",
        max_length=100,
        help_text="It stands in the log of the portal, and manage.py setup_word prints it.",
        error_messages={"required": "Enter the word; only whoever runs the portal can read it."},
        widget=forms.TextInput(attrs={**CONTROL, "autocomplete": "off", "spellcheck": "false"}),
    )
    username = ShortField(
        User, "username", label="Username", validators=[User.username_validator],
        help_text="You sign in with it, and it never changes: letters, digits and @ . + - _",
    )  # fmt: skip
    display_name = ShortField(User, "display_name", label="Name", required=False)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        error_messages={"invalid": "This is no e-mail address; it looks like name@example.org."},
        widget=forms.EmailInput(attrs={**CONTROL, "autocomplete": "email"}),
    )
    field_order = (
        "word", "username", "display_name", "email", "zone", "new_password1", "new_password2",
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(User(), data)
        dress(self)
        self.fields["username"].widget.attrs["autocomplete"] = "username"
