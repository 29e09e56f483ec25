from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import Role, User


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ("username", "display_name", "email", "kind", "is_active")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Portal", {"fields": ("kind", "display_name", "zone")}),
    )


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    list_display = ("title", "key", "order", "time_sensitive")
