from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.utils.decorators import method_decorator

from accounts import fresh


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Sign-in by password, which is also the first fresh proof of the session."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        fresh.note(self.request, "password")
        return response
