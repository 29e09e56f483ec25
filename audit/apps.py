from django.apps import AppConfig
from django.db.models.signals import post_save


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from django.contrib.admin.models import LogEntry

        from audit import keys
        from audit.receivers import record_admin
        from deployments.backup import folders

        folders.register("audit_keys", keys.folder)
        post_save.connect(record_admin, sender=LogEntry)
