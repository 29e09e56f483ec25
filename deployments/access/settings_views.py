"""What everybody changes about themselves, and the link that sets a first password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from accounts import entering, fresh, second_factor, sessions
from accounts.models import User
from accounts.origins import address_of
from accounts.requests import PersonRequest
from deployments.access import people
from deployments.access.forms import SettingsForm
from deployments.access.password_forms import NewPasswordForm, PasswordByLinkForm
from deployments.answers import posted, tried

SETTINGS = "deployments:settings"


@require_http_methods(["GET", "POST"])
def settings(request: PersonRequest) -> HttpResponse:
    person = request.user
    form = SettingsForm(posted(request), initial=_own(person))
    saved = tried(request, form, lambda: people.save_settings(person, **form.cleaned_data))
    if saved.done:
        messages.success(request, "Saved.")
        return redirect(SETTINGS)
    return _settings_page(request, form, NewPasswordForm(person), saved.status)


@require_http_methods(["GET", "POST"])
def password(request: PersonRequest) -> HttpResponse:
    """A new password ends every other session of the person; this one stays."""
    person = request.user
    form = NewPasswordForm(person, posted(request), address=address_of(request))
    changed = tried(request, form, lambda: people.set_password(form, actor=person))
    if changed.done:
        was = request.session.session_key
        update_session_auth_hash(request, person)
        sessions.follow(request, person, was)
        sessions.end(person, besides=request.session.session_key)
        fresh.note(request, fresh.PASSWORD)
        messages.success(request, "The password is changed; your other sessions have ended.")
        return redirect(SETTINGS)
    settings_form = SettingsForm(initial=_own(person))
    return _settings_page(request, settings_form, form, 429 if form.is_limited else changed.status)


def _settings_page(
    request: PersonRequest, form: Form, password_form: Form, status: int
) -> HttpResponse:
    context = {
        "form": form,
        "password_form": password_form,
        "has_factor": second_factor.is_on(request.user),
        "has_password": request.user.has_usable_password(),
        "is_linked": fresh.is_linked(request.user),
    }
    return render(request, "accounts/settings.html", context, status=status)


def _own(person: User) -> dict[str, str]:
    return {"display_name": person.display_name, "zone": person.zone, "theme": person.theme}


@method_decorator(login_not_required, name="dispatch")
class SetPassword(PasswordResetConfirmView):
    """Django's own link: valid until it is used, the password changes otherwise, or it expires."""

    template_name = "accounts/set_password.html"
    form_class = PasswordByLinkForm
    success_url = reverse_lazy("accounts:sign_in")

    def get_user(self, uidb64: str) -> Any:
        """A deactivated account and a machine have no password to set."""
        found = super().get_user(uidb64)
        return found if found is not None and found.is_active and found.is_person else None

    def form_valid(self, form: SetPasswordForm[Any]) -> HttpResponse:
        """The next page is the sign-in, with the username in it: this link proves an address."""
        people.set_password(form, actor=form.user)
        sessions.end(form.user)
        self.request.session[entering.EXPECTED] = form.user.username
        messages.success(self.request, "Your password is set. Sign in with it.")
        return redirect(self.success_url)
