"""The words for where a copy of a checkpoint goes, and how far an export is."""

from django.db.models import TextChoices


class Place(TextChoices):
    FOLDER = "folder", "Folder"
    MAIL = "mail", "Mail"


class Exported(TextChoices):
    """What an export holds."""

    DEPLOYMENT = "deployment", "Evidence of one deployment"
    SAMPLE = "sample", "Population list with a sample"
