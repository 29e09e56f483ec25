from __future__ import annotations

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import entering, fresh, second_factor
from accounts.forms import CodeForm, SignInForm
from accounts.models import User


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Sign-in by password, which is also the first fresh proof of the session."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True
    authentication_form = SignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """An installation in which there is nobody yet has another first page."""
        if not User.objects.exists():
            return redirect("deployments:set_up")
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "username": self.request.session.get(entering.EXPECTED)}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        person = form.get_user()
        assert isinstance(person, User)
        if second_factor.is_on(person):
            entering.begin(self.request, person, self.get_redirect_url())
            return redirect("accounts:sign_in_code")
        entering.enter(self.request, person, fresh.PASSWORD)
        return redirect(self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        limited = isinstance(form, SignInForm) and form.is_limited
        context = self.get_context_data(form=form)
        return self.render_to_response(context, status=429 if limited else 200)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second half, for whoever gave the password within the last ten minutes."""
    half = entering.half_of(request)
    if half is None:
        return redirect("accounts:sign_in")
    form = CodeForm(half.person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        entering.enter(request, half.person, f"{fresh.PASSWORD}, {form.means}")
        return redirect(half.following or "dashboard:home")
    status = (429 if form.is_limited else 422) if form.errors else 200
    context = {"form": form, "person": half.person, REDIRECT_FIELD_NAME: half.following}
    return render(request, "accounts/sign_in_code.html", context, status=status)
