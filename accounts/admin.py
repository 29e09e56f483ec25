"""Accounts for the administrator; rights and roles are given per service, where it is recorded."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group

from accounts.models import Role, User

admin.site.unregister(Group)


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
