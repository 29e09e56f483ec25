"""Accounts for the administrator; rights and roles are given per service, where it is recorded."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group

from accounts.models import Role, User

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


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    list_display = ("title", "key", "order", "time_sensitive")
