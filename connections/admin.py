from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from connections.changes import readdressed
from connections.models import Connection


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin):
    list_display = ("title", "key", "base_url", "permitted_ranges")
    prepopulated_fields = {"key": ("title",)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        who = request.user.pk
        if who is not None and change and "base_url" in form.changed_data:
            readdressed(obj, actor_id=who)
