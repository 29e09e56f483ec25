from django.contrib import admin

from api.models import Token


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    """To look at; tokens are issued and revoked by `manage.py token`, which records it."""

    list_display = ("title", "service", "prefix", "created_at", "expires_at", "revoked_at")

    def has_add_permission(self, *args: object) -> bool:
        return False

    def has_change_permission(self, *args: object) -> bool:
        return False

    def has_delete_permission(self, *args: object) -> bool:
        return False
