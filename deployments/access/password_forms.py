"""Django's own forms for passwords, in the portal's clothes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm

from accounts import limits

PASSWORD_HINT = "At least eight characters, no common password and nothing like your name."  # noqa: S105


class PasswordByLinkForm(SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NewPasswordForm(PasswordChangeForm):
    """The old one is guessed at no more often here than at the sign-in."""

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address, self.is_limited = address, False
        dress(self)

    def clean_old_password(self) -> str:
        guesses = limits.for_password(self.user.username, self.address)
        if full := limits.refusal(guesses):
            self.is_limited = True
            raise forms.ValidationError(full)
        old = str(super().clean_old_password())
        limits.take_back(guesses)
        return old


def dress(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-control"
        field.widget.attrs.pop("autofocus", None)  # it is not the first form of its page
    form.fields["new_password1"].help_text = PASSWORD_HINT
