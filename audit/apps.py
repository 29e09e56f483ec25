from django.apps import AppConfig
from django.db.models.signals import post_save


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from django.contrib.admin.models import LogEntry

        from accounts import aboard
        from audit import keys
        from audit.policies import AUDITS, is_auditor
        from audit.receivers import record_admin
        from deployments.backup import folders

        folders.register("audit_keys", keys.folder)
        aboard.register(AUDITS, is_auditor())
        post_save.connect(record_admin, sender=LogEntry)
