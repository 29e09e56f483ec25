"""Accounts for the administrator; rights and roles are given per service, where it is recorded."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import entering
from accounts.models import Role, User


@login_not_required
def sign_in_instead(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """One way in for everybody: Django's own page here would ask no code and count no guesses."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index")))


def settings_instead(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Django's own page would count no guesses at the old password, and record no new one."""
    return redirect("deployments:settings")


# Methods, which mypy lets nobody replace.
setattr(admin.site, "login", sign_in_instead)  # noqa: B010
setattr(admin.site, "password_change", settings_instead)  # noqa: B010
# What django-allauth keeps holds secrets, or is nothing that the portal reads.
for model in (Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ("username", "display_name", "email", "kind", "is_active")
    filter_horizontal = ()
    list_filter = ("kind", "is_active", "is_superuser")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (
            "Person",
            {"fields": ("display_name", "first_name", "last_name", "email", "zone", "kind")},
        ),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"is_active", "kind"} & set(form.changed_data) and not entering.may_enter(obj):
            entering.shut_out(obj)


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    list_display = ("title", "key", "order", "time_sensitive")
