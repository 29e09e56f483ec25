from django.db.models import TextChoices


class CredentialKind(TextChoices):
    """How a connection says who asks."""

    NONE = "none", "none"
    BEARER = "bearer", "bearer token"
    BASIC = "basic", "name and password"
    HEADER = "header", "one header"
