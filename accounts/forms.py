"""Asking somebody to prove who they are."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts import fresh, limits, second_factor
from accounts.models import User
from accounts.origins import address_of

OWN = "own"
CODE_ATTRS = {
    "class": "form-control",
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autocapitalize": "none",
    "spellcheck": "false",
}


class SignInForm(AuthenticationForm):
    """By password, so often and no more; the sentence says when to try again."""

    is_limited = False

    def clean(self) -> dict[str, Any]:
        assert self.request is not None
        name = str(self.cleaned_data.get("username", ""))
        guesses = limits.for_password(name, address_of(self.request))
        if full := limits.refusal(guesses):
            self.is_limited = True
            raise forms.ValidationError(full)
        cleaned: dict[str, Any] = super().clean()
        limits.take_back(guesses)
        return cleaned


class CodeForm(forms.Form):
    """The second half of a sign-in: the app's code, or a recovery code; `means` says which."""

    code = forms.CharField(
        label="Code",
        max_length=30,
        help_text="Six digits from your authenticator app, or one of your recovery codes.",
        error_messages={"required": "Enter the code that your app shows."},
        widget=forms.TextInput(attrs=CODE_ATTRS),
    )

    def __init__(self, person: User, data: Any = None) -> None:
        super().__init__(data)
        self.person, self.means, self.is_limited = person, "", False

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        guesses = [limits.CODE.of(self.person.pk)]
        if full := limits.refusal(guesses):
            self.is_limited = True
            raise forms.ValidationError(full)
        if second_factor.is_code(self.person, code):
            self.means = fresh.CODE
        elif second_factor.is_recovery_code(self.person, code):
            self.means = fresh.RECOVERY
        else:
            raise forms.ValidationError("That code is not right, or was used already.")
        limits.take_back(guesses)
        return code


class FreshForm(forms.Form):
    """A form for acts that need fresh authentication; after validation `proof` says how and when.

    It asks only when the session's last proof is older than five minutes, and for what the person
    has: a password, the code of an app, or the provider once more.
    """

    password = forms.CharField(
        label="Your password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"}
        ),
    )
    code = forms.CharField(
        label="Code of your authenticator app",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs=CODE_ATTRS),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.proof: fresh.Authentication | None = None

    @property
    def asks_proof(self) -> bool:
        return fresh.current(self.request) is None

    @cached_property
    def ways(self) -> fresh.Ways:
        """Asked only where the form asks."""
        assert isinstance(self.request.user, User)
        return fresh.ways_of(self.request.user)

    @property
    def page_address(self) -> str:
        """Where whoever proves it elsewhere comes back to: a page, never the address of an act."""
        if self.request.method == "GET":
            return self.request.get_full_path()
        return urlsplit(self.request.headers.get("Referer", "")).path or "/"

    def clean_code(self) -> str:
        """The last of the two fields: what was typed is proven, else the proof of the session."""
        password, code = self.cleaned_data.get("password", ""), self.cleaned_data["code"]
        if not (password or code):
            self.proof = fresh.current(self.request)
            if self.proof is None:
                self.add_error("password", self._what_to_do())
            return str(code)
        proven = fresh.prove(self.request, password, code)
        if isinstance(proven, str):
            self.add_error("code" if code else "password", proven)
        else:
            self.proof = proven
        return str(code)

    def _what_to_do(self) -> str:
        said = [
            *(["enter your password again"] if self.ways.password else []),
            *(["enter the code of your app"] if self.ways.code else []),
            *([f"confirm with {settings.OIDC_NAME}"] if self.ways.provider else []),
        ]
        first = " or ".join(said) or "sign in again"
        return f"{first[0].upper()}{first[1:]}: your last sign-in is more than five minutes old."


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
