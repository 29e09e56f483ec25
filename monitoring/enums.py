from django.db.models import TextChoices


class Severity(TextChoices):
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


class TriggerMode(TextChoices):
    RECOMMEND = "recommend", "Recommend a rollback"
    AUTOMATIC = "automatic", "Roll back by itself"
