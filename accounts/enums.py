from django.db.models import TextChoices


class Kind(TextChoices):
    """Whether an account belongs to somebody who can take responsibility."""

    PERSON = "person", "Person"
    MACHINE = "machine", "Machine"


class Theme(TextChoices):
    """How pages look to somebody."""

    SYSTEM = "system", "As the device is set"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"
