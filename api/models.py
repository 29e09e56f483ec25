"""What may machines say and ask?"""

from django.db import models

from accounts.models import User
from deployments.models import Service


class Token(models.Model):
    """A machine's key to one service; only the hash is kept, and it never votes or decides."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="tokens")
    machine = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    title = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    may_report = models.BooleanField(default=True)
    may_read = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["service", "-created_at"]

    def __str__(self) -> str:
        return f"{self.title} ({self.prefix}…)"

    @property
    def scopes(self) -> list[str]:
        said = (("report", self.may_report), ("read", self.may_read))
        return [scope for scope, may in said if may]
