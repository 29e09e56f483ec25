from django.contrib import admin

from connections.models import Connection


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin):
    list_display = ("title", "key", "base_url", "permitted_ranges")
    prepopulated_fields = {"key": ("title",)}
