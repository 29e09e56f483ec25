from django.contrib import admin

from api.models import Token, Webhook


class KeyAdmin(admin.ModelAdmin):
    """To look at; keys are issued and revoked on the page “Machines”, which records it."""

    def has_add_permission(self, *args: object) -> bool:
        return False

    def has_change_permission(self, *args: object) -> bool:
        return False

    def has_delete_permission(self, *args: object) -> bool:
        return False


@admin.register(Token)
class TokenAdmin(KeyAdmin):
    list_display = ("title", "service", "prefix", "created_at", "expires_at", "revoked_at")


@admin.register(Webhook)
class WebhookAdmin(KeyAdmin):
    list_display = ("title", "service", "created_at", "old_until", "revoked_at")
    exclude = ("secret", "old_secret")
