from django.db.models import TextChoices


class Kind(TextChoices):
    """Whether an account belongs to somebody who can take responsibility."""

    PERSON = "person", "Person"
    MACHINE = "machine", "Machine"
