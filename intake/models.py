"""How does a document become a deployment?"""

from django.db import models

from accounts.models import User
from deployments.models import Deployment


class Beginning(models.Model):
    """One form that made a draft: sent twice, its token leads to the same draft."""

    token = models.UUIDField(unique=True)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    deployment = models.OneToOneField(
        Deployment, on_delete=models.CASCADE, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"beginning of {self.deployment}"


class SourceDocument(models.Model):
    """The original, byte for byte, with the reading that the deployment was made from."""

    deployment = models.OneToOneField(
        Deployment, on_delete=models.CASCADE, related_name="source_document"
    )
    name = models.CharField(max_length=255)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    reading = models.JSONField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
